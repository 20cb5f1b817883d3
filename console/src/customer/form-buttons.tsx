/** The end of a form that stands in its record: keep what was typed, leave it, or remove what is edited. */
import { strings } from '../strings/index.ts';
import { Button } from '../ui/button.tsx';

export function FormButtons({
  isBusy,
  onClose,
  onRemove,
  removeLabel,
}: {
  isBusy: boolean;
  onClose: () => void;
  /** Absent where there is nothing to remove yet. */
  onRemove: (() => void) | undefined;
  removeLabel: string;
}) {
  return (
    <div className="flex flex-wrap gap-2">
      <Button type="submit" weight="primary" disabled={isBusy}>
        {strings.save}
      </Button>
      <Button weight="quiet" onClick={onClose}>
        {strings.cancel}
      </Button>
      {onRemove && (
        <Button weight="danger" className="ml-auto" disabled={isBusy} onClick={onRemove}>
          {removeLabel}
        </Button>
      )}
    </div>
  );
}

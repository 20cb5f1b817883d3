/** How far something is: a bar to see, and every tenth of it to hear. */
export function Progress({ label, value, total }: { label: string; value: number; total: number }) {
  const share = total > 0 ? Math.min(1, value / total) : 0;
  const percent = Math.floor(100 * share);
  return (
    <>
      <div
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        className="h-2 overflow-hidden rounded-full bg-sunken"
      >
        <div
          className="h-full origin-left rounded-full bg-accent transition-transform"
          style={{ transform: `scaleX(${share})` }}
        />
      </div>
      <p role="status" className="sr-only">
        {label}: {Math.floor(percent / 10) * 10} %
      </p>
    </>
  );
}

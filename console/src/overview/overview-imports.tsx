/** The imports of before, on the overview. */
import { RecentImports } from '../import/recent-imports.tsx';

export function OverviewImports({ location }: { location: string | undefined }) {
  return (
    <div className="mt-5">
      <RecentImports location={location} />
    </div>
  );
}

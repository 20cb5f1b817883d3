/** The few drawings the console uses, on a grid of 20. */
const PATHS = {
  search: 'M9 3.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11Zm4 9.5 3.5 3.5',
  close: 'm5 5 10 10M15 5 5 15',
  filter: 'M3.5 5.5h13M6 10h8M8.5 14.5h3',
  upload: 'M10 12.5v-9M6.5 7 10 3.5 13.500 7M3.500 12.500v4h13v-4',
  download: 'M10 3.500v9M6.500 9l3.500 3.500L13.500 9M3.500 12.500v4h13v-4',
  columns: 'M3.5 4.5h13v11h-13zM8 4.5v11M12 4.5v11',
  down: 'm6 8 4 4 4-4',
  up: 'm6 12 4-4 4 4',
  back: 'M12 5 7 10l5 5',
  check: 'm4.5 10.5 3.5 3.5 7.5-8',
  person: 'M10 10a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm-6 6.5c.6-3 3-4.5 6-4.5s5.4 1.500 6 4.500',
  pencil: 'm4 16 .8-3.200L13 4.500l2.500 2.500-8.300 8.300L4 16Z',
  plus: 'M10 4.500v11M4.500 10h11',
  phone:
    'M6.200 3.500 4.300 4c-.5.1-.8.600-.8 1.100.3 6.200 5.200 11.100 11.400 11.400.5 0 1-.3 1.100-.8l.5-1.900-3.300-1.700-1.500 1.500a9 9 0 0 1-5.300-5.300l1.500-1.500-1.700-3.300Z',
  mail: 'M3.500 5.500h13v9h-13zM3.500 6l6.500 5L16.500 6',
  bin: 'M4.500 6h11M8 6V4.500h4V6M6 6l.6 10h6.800L14 6',
  pin: 'M10 17s5-4.500 5-8.500a5 5 0 0 0-10 0C5 12.500 10 17 10 17Zm0-6.500a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
  clock: 'M10 3.500a6.500 6.500 0 1 1 0 13 6.500 6.500 0 0 1 0-13ZM10 6.500v3.700l2.500 1.600',
  people:
    'M7.500 9.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5ZM2.500 15.500c.4-2.500 2.300-3.700 5-3.700s4.600 1.200 5 3.700M12.500 4.700a2.500 2.500 0 0 1 0 4.600M14.300 12.100c1.800.4 2.900 1.600 3.200 3.400',
  copy: 'M7.500 7.500h8v8h-8zM5 12.500h-.5v-8h8V5',
} as const;

export function Icon({ name, className = 'size-5' }: { name: keyof typeof PATHS; className?: string }) {
  return (
    <svg
      viewBox="0 0 20 20"
      className={`shrink-0 ${className}`}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Mark({ className = 'size-7' }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={`shrink-0 ${className}`} aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <path
        d="M21.6 20.4a7.2 7.2 0 1 1 0-8.8"
        fill="none"
        strokeWidth="3.4"
        strokeLinecap="round"
        className="stroke-on-accent"
      />
      <circle cx="23" cy="16" r="2.2" className="fill-on-accent" />
    </svg>
  );
}

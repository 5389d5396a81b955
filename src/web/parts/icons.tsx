import type { ComponentChildren } from 'preact';

/** Icons are decoration: whatever they stand on carries its own name. */
function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

const drawn =
  (...lines: string[]) =>
  () => (
    <Icon>
      {lines.map((line) => (
        <path key={line} d={line} />
      ))}
    </Icon>
  );

export const HomeIcon = drawn('M4 11 12 4l8 7', 'M6 10v10h12V10', 'M10 20v-6h4v6');
export const ShelfIcon = drawn('M5 4v16', 'M9 4v16', 'M12.5 4.6 18 19.4', 'M3 20h18');
export const SearchIcon = drawn('M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Z', 'm15.5 15.5 5 5');
export const BackIcon = drawn('M19 12H5', 'm11 18-6-6 6-6');
export const PreviousIcon = drawn('m15 5-7 7 7 7');
export const NextIcon = drawn('m9 5 7 7-7 7');
export const PlusIcon = drawn('M12 5v14', 'M5 12h14');
export const ScanIcon = drawn('M20 12a8 8 0 1 1-2.4-5.7', 'M20 4v4h-4');
export const CloseIcon = drawn('m6 6 12 12', 'M18 6 6 18');
export const CheckIcon = drawn('m5 12.5 4.5 4.5L19 7');
export const DownloadIcon = drawn('M12 4v11', 'm7.5 11 4.5 4.5 4.5-4.5', 'M5 20h14');
export const FitIcon = drawn('M4 9V4h5', 'M20 9V4h-5', 'M4 15v5h5', 'M20 15v5h-5');
export const HelpIcon = drawn(
  'M9 9.2a3 3 0 1 1 4.4 2.6c-1 .6-1.4 1.1-1.4 2.2',
  'M12 17.6v.2',
  'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z',
);
export const TuneIcon = drawn('M4 7h9', 'M17 7h3', 'M15 5v4', 'M4 17h3', 'M11 17h9', 'M9 15v4');
export const TrashIcon = drawn('M4 7h16', 'M9 7V4h6v3', 'M6.5 7l1 13h9l1-13', 'M10.5 11v5', 'M13.5 11v5');
export const PersonIcon = drawn(
  'M12 4.5a3.7 3.7 0 1 0 0 7.4 3.7 3.7 0 0 0 0-7.4Z',
  'M5 20c.6-4 3.4-5.6 7-5.6s6.4 1.6 7 5.6',
);
export const PlayIcon = drawn('M8 5.5v13l10.5-6.5Z');
export const UnreadIcon = drawn('M4 12a8 8 0 1 0 2.5-5.8', 'M4 4.5V9h4.5');
export const InfoIcon = drawn('M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z', 'M12 11v5.5', 'M12 7.6v.2');
export const LockIcon = drawn('M6 11h12v9H6Z', 'M8.5 11V8a3.5 3.5 0 0 1 7 0v3');
export const OpenLockIcon = drawn('M6 11h12v9H6Z', 'M8.5 11V7a3.5 3.5 0 0 1 6.7-1.4');
export const EditIcon = drawn('M4 20l1-4.5L16 4.5l3.5 3.5-11 11Z', 'M13.5 7l3.5 3.5');
export const FolderIcon = drawn('M3.5 6.5h6l2 2.5h9v10h-17Z');
export const ListIcon = drawn('M9 6h11', 'M9 12h11', 'M9 18h11', 'M4 6h.5', 'M4 12h.5', 'M4 18h.5');

/** The mark of KireMisu: pages in layers, with a bookmark hanging out. */
export function Mark({ size = 32 }: { size?: number }) {
  return (
    <svg class="mark" viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" focusable="false">
      <rect class="mark-ground" width="32" height="32" rx="9" />
      <path class="mark-back" d="M6 20.4 16 25.6 26 20.4 16 15.2Z" />
      <path class="mark-middle" d="M6 15.9 16 21.1 26 15.9 16 10.7Z" />
      <path class="mark-front" d="M6 11.4 16 16.6 26 11.4 16 6.2Z" />
      <path class="mark-ribbon" d="M19.4 8v8.6l2.1-1.3 2.1 1.3v-6.4" />
    </svg>
  );
}

export function Logo() {
  return (
    <span class="logo">
      <Mark />
      <span class="logo-name">
        Kire<b>Misu</b>
      </span>
    </span>
  );
}

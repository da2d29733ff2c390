/** Parley's sign. */

export function Sign() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" class="sign">
      <rect width="32" height="32" rx="9" />
      <path d="M11 8.5h10a3.5 3.5 0 0 1 3.5 3.5v5a3.5 3.5 0 0 1-3.5 3.5h-4.5l-5 4v-4H11A3.5 3.5 0 0 1 7.5 17v-5A3.5 3.5 0 0 1 11 8.5z" />
    </svg>
  );
}

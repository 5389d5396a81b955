import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { place } from '../state/navigation';

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === '' ? 'KireMisu' : `${title} – KireMisu`;
  }, [title]);
}

let lastPath: string | null = null;

/** The heading of a screen. After a change of screen the focus moves here, so that a screen reader says where one is. */
export function PageTitle({ title, children }: { title: string; children?: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useTitle(title);
  useEffect(() => {
    const { path } = place.get();
    if (lastPath !== null && lastPath !== path) heading.current?.focus({ preventScroll: true });
    lastPath = path;
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1} class="page-title">
      {children ?? title}
    </h1>
  );
}

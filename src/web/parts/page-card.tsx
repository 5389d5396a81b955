import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { RepeatedPage } from '../api/duplicates';
import { PagePlaces } from './page-places';

interface CardProps {
  page: RepeatedPage;
  picture: string;
  large: string;
  children: ComponentChildren;
}

/** A page that occurs several times: its picture, which opens in large, and what can be done about it. */
export function RepeatedPageCard({ page, picture, large, children }: CardProps) {
  const [open, setOpen] = useState(false);
  return (
    <article class="page-card">
      <button type="button" class="page-card-picture" aria-label="Show where it is" onClick={() => setOpen(true)}>
        <img src={picture} alt="" loading="lazy" />
      </button>
      {children}
      {open && <PagePlaces {...{ page }} picture={large} close={() => setOpen(false)} />}
    </article>
  );
}

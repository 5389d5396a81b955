import { Mark } from '../parts/logo';
import { PageTitle } from '../parts/page-title';
import { paths } from '../routes';
import { hrefOf } from '../state/navigation';

/** An address that leads nowhere, or something that is gone. */
export function NotFound({ what = 'This page' }: { what?: string }) {
  return (
    <section class="empty">
      <Mark size={64} />
      <PageTitle title={`${what} does not exist`} />
      <p class="soft">It may have been removed, or the address has a mistake in it.</p>
      <a class="button button-strong" href={hrefOf(paths.home)}>
        Go to the home page
      </a>
    </section>
  );
}

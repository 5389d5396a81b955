import { useState } from 'preact/hooks';
import { findBooks, findOnDeck } from '../api/books';
import { findSeries } from '../api/series';
import type { Library, User } from '../api/types';
import { AddLibraryDialog, AddLibraryForm } from '../parts/add-library';
import { BookCard, SeriesCard } from '../parts/cards';
import { PlusIcon, ScanIcon } from '../parts/icons';
import { PageTitle } from '../parts/page-title';
import { Shelf } from '../parts/shelf';
import { Empty, Loading } from '../parts/states';
import { VanishQuestions } from '../parts/vanish-question';
import { libraries, scan } from '../state/libraries';
import { operations } from '../state/live';
import { isActive } from '../state/operations';
import { isAdmin } from '../state/session';
import { useStore } from '../state/store';
import { useLoad } from '../state/use-load';

const perShelf = 20;

export function Home({ user }: { user: User }) {
  const known = useStore(libraries);
  if (known === null) return <Loading />;
  if (known.length === 0) return <NoLibraries user={user} />;
  return (
    <>
      <header class="page-head">
        <PageTitle title="Home" />
        {isAdmin(user) && <LibraryActions known={known} />}
      </header>
      {isAdmin(user) && <VanishQuestions />}
      <Shelves user={user} />
    </>
  );
}

function Shelves({ user }: { user: User }) {
  const books = useLoad('any book', (signal) => findBooks({}, { size: 1 }, signal));
  if (books.value?.totalElements === 0) return <NoBooks user={user} />;
  return (
    <>
      <Shelf
        title="Keep reading"
        name="reading"
        load={(signal) =>
          findBooks({ read: 'reading' }, { size: perShelf, sort: 'readProgress.readDate,desc' }, signal)
        }
        card={(book) => <BookCard book={book} eager />}
      />
      <Shelf
        title="On deck"
        name="on deck"
        load={(signal) => findOnDeck(perShelf, signal)}
        card={(book) => <BookCard book={book} eager />}
      />
      <Shelf
        title="Recently added series"
        name="new series"
        load={(signal) => findSeries({}, { size: perShelf, sort: 'createdDate,desc' }, signal)}
        card={(series) => <SeriesCard series={series} />}
      />
      <Shelf
        title="Recently added books"
        name="new books"
        load={(signal) => findBooks({}, { size: perShelf, sort: 'createdDate,desc' }, signal)}
        card={(book) => <BookCard book={book} />}
      />
    </>
  );
}

function LibraryActions({ known }: { known: Library[] }) {
  const [adding, setAdding] = useState(false);
  return (
    <div class="actions">
      <button type="button" class="button button-small" onClick={() => setAdding(true)}>
        <PlusIcon />
        Add library
      </button>
      <button type="button" class="button button-small" onClick={() => void scan(known)}>
        <ScanIcon />
        Scan
      </button>
      {adding && <AddLibraryDialog close={() => setAdding(false)} />}
    </div>
  );
}

function NoLibraries({ user }: { user: User }) {
  if (!isAdmin(user)) {
    return (
      <Empty title="Nothing to read yet" whole>
        <p class="soft">You have not been given a library. Ask the administrator of this server.</p>
      </Empty>
    );
  }
  return (
    <Empty title="Add your first library" whole>
      <p class="soft">
        Name a folder on the server that holds your manga or comics: CBZ, CBR, PDF, EPUB or folders of images.
      </p>
      <AddLibraryForm />
    </Empty>
  );
}

function NoBooks({ user }: { user: User }) {
  const busy = useStore(operations).some(isActive);
  const known = useStore(libraries) ?? [];
  return (
    <Empty title={busy ? 'Looking for your books' : 'No books yet'}>
      <p class="soft">
        {busy
          ? 'Covers appear here as they are found. You can start to read before the scan has ended.'
          : 'Put CBZ, CBR, PDF or EPUB files into folders of your library, one folder for each series, and scan it.'}
      </p>
      {isAdmin(user) && !busy && (
        <button type="button" class="button button-strong" onClick={() => void scan(known)}>
          Scan now
        </button>
      )}
    </Empty>
  );
}

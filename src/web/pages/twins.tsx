import { useState } from 'preact/hooks';
import { bookPoster } from '../api/books';
import { findTwins } from '../api/duplicates';
import type { Book } from '../api/types';
import { Cover } from '../parts/cover';
import { DeleteFile } from '../parts/delete-file';
import { Endless } from '../parts/endless';
import { bookTitle, readText } from '../parts/format';
import { NotCompared } from '../parts/not-compared';
import { Empty, Loading, LoadProblem } from '../parts/states';
import { paths } from '../routes';
import { hrefOf } from '../state/navigation';
import { useSlices } from '../state/use-slices';
import { groupTwins } from './twin-groups';

const unhashed = <NotCompared option="hashFiles" label="Fingerprint files" />;

/** Books with the same file, side by side. */
export function Twins() {
  const list = useSlices('twins', findTwins);
  const groups = groupTwins(list.items);
  return (
    <>
      {list.problem !== undefined && <LoadProblem problem={list.problem} retry={list.reload} />}
      {list.next === 0 && list.loading && <Loading what="Looking for duplicates" />}
      {list.last && groups.length === 0 && (
        <Empty title="No file is there twice">
          <p class="soft">Books whose files are the same to the last byte are shown here side by side.</p>
          {unhashed}
        </Empty>
      )}
      {groups.length > 0 && (
        <p class="soft">
          Books whose files are the same to the last byte. The last copy stays; the book of a deleted one lies in the
          trash with what was read of it.
        </p>
      )}
      {groups.length > 0 && unhashed}
      <ul class="jobs twin-groups">
        {groups.map((books) => (
          <TwinGroup key={books[0]?.fileHash} books={books} />
        ))}
      </ul>
      <Endless more={list.more} done={list.last || list.problem !== undefined} loading={list.loading} />
    </>
  );
}

function TwinGroup({ books }: { books: Book[] }) {
  // what was asked for just now: the last copy cannot be deleted with a quick second click
  const [going, setGoing] = useState<readonly string[]>([]);
  const left = books.filter(({ id }) => !going.includes(id));
  return (
    <li class="job">
      <p class="job-title">
        {books.length} times the same file · {books[0]?.size}
      </p>
      <ul class="twins">
        {books.map((book) => (
          <li key={book.id} class="twin">
            <span class="book-row-art">
              <Cover address={bookPoster(book.id)} title={book.metadata.number} />
            </span>
            <span class="book-row-text">
              <a class="book-row-title" href={hrefOf(paths.bookDetails(book.id))}>
                {book.seriesTitle} – {bookTitle(book)}
              </a>
              <span class="file-name">{book.url}</span>
              <span class="soft">{book.readProgress === null ? 'Not read' : readText(book)}</span>
            </span>
            {left.length > 1 && !going.includes(book.id) && (
              <DeleteFile book={book} small done={() => setGoing([...going, book.id])} />
            )}
            {going.includes(book.id) && <span class="soft">Being deleted</span>}
          </li>
        ))}
      </ul>
    </li>
  );
}

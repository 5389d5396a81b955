import { useState } from 'preact/hooks';
import { paths } from '../routes';
import { navigate } from '../state/navigation';
import { SearchIcon } from './icons';

/** The search box of the top bar; it leads to the search page. */
export function SearchBox() {
  const [text, setText] = useState('');
  const submit = (event: Event) => {
    event.preventDefault();
    navigate(paths.search(text.trim()));
  };
  return (
    <form class="search-box" role="search" aria-label="All libraries" onSubmit={submit}>
      <SearchIcon />
      <input
        type="search"
        aria-label="Search all libraries"
        placeholder="Search"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </form>
  );
}

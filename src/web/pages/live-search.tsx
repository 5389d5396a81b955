import { useEffect, useRef, useState } from 'preact/hooks';
import { SearchIcon } from '../parts/icons';

/** Long enough that a word typed at normal speed is one request. */
const pause = 300;

/** A search field that answers while one types. */
export function LiveSearch({
  label,
  text,
  change,
  focus = false,
}: {
  label: string;
  text: string;
  change: (text: string) => void;
  focus?: boolean;
}) {
  const [typed, setTyped] = useState(text);
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => {
    if (timer.current === undefined) setTyped(text);
  }, [text]);
  useEffect(() => {
    if (focus) input.current?.focus({ preventScroll: true });
    return () => clearTimeout(timer.current);
  }, []);
  const say = (value: string) => {
    clearTimeout(timer.current);
    timer.current = undefined;
    change(value.trim());
  };
  const type = (value: string) => {
    setTyped(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => say(value), pause);
  };
  return (
    <label class="search-field">
      <SearchIcon />
      <input
        ref={input}
        type="search"
        aria-label={label}
        placeholder={label}
        value={typed}
        onInput={(event) => type(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Enter' && say(event.currentTarget.value)}
      />
    </label>
  );
}

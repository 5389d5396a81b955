import { useEffect } from 'preact/hooks';
import { findProvider } from '../api/metadata';
import { useLoad } from '../state/use-load';
import { progressText, providerText } from './review-words';

const lookEvery = 15_000;

/** How MangaDex is, and how far the work is. */
export function ProviderLine() {
  const { value, reload } = useLoad('provider', findProvider);
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && reload(), lookEvery);
    return () => clearInterval(timer);
  }, []);
  if (value === undefined) return null;
  const { text, trouble } = providerText(value);
  const progress = progressText(value);
  return (
    <p class={`provider${trouble ? ' provider-trouble' : ''}`} role="status">
      <span class="provider-light" aria-hidden="true" />
      <span>
        {text}
        {progress !== '' && <span class="soft"> {progress}.</span>}
      </span>
    </p>
  );
}

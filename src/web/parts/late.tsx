import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ApiFailure } from '../api/failure';
import { Loading, LoadProblem } from './states';

/** A part of the app whose program is loaded when it is first shown. */
export function late<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let known: ComponentType<P> | undefined;
  return function Late(props: P) {
    const [failed, setFailed] = useState(false);
    const [, redraw] = useState(0);
    useEffect(() => {
      if (known !== undefined) return;
      load().then(
        (component) => {
          known = component;
          redraw(1);
        },
        () => setFailed(true),
      );
    }, []);
    if (known !== undefined) {
      const Known = known;
      return <Known {...props} />;
    }
    // after an update of the server its programs have other names
    if (failed) return <LoadProblem problem={outdated} retry={() => location.reload()} />;
    return <Loading />;
  };
}

const outdated = new ApiFailure(0, 'This page could not be loaded. The server may be away, or newer than this window.');

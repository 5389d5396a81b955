import type { Log } from '../base/log';
import type { Database } from '../db/database';
import { eventsFor } from '../library/event-audience';
import type { ServerEvent } from '../queue/events';
import { pendingCounts, type PendingCounts } from '../queue/queue';
import { isAdmin, type Viewer } from '../search/viewer';

export type HubEvent = ServerEvent | ({ type: 'TaskQueueStatus' } & PendingCounts);

/** Somebody who wants to hear of events: one open connection. */
export interface Watcher {
  viewer: Viewer;
  /** The session it was opened with: it ends with it. */
  sessionHash: string | null;
  tell(events: HubEvent[]): void;
  /** A sign of life for whatever lies between the two ends. */
  beat(): void;
  end(): void;
}

/** Hands the events of all processes to those who watch on this one. */
export interface EventHub {
  publish(event: ServerEvent): void;
  /** False: the user watches in too many places. The watcher must say when it is gone. */
  add(watcher: Watcher): boolean;
  remove(watcher: Watcher): void;
  endSession(sessionHash: string): void;
  /** Open connections. */
  size(): number;
  /** Ends all that is open: events were missed, so that clients have to load again what they show. */
  restart(): void;
  /** Ends all that is open, and takes nobody any more. */
  close(): void;
}

export interface EventHubOptions {
  db: Database;
  log: Log;
  /** Connections of one user; a browser holds one for each tab. */
  connections?: number;
  /** Milliseconds for which events are gathered: those of a scan come in hundreds, some of them twice. */
  gather?: number;
  /** Milliseconds between two states of the queue (komga-rest.md §21: also when nothing waits). */
  queueEvery?: number;
  beatEvery?: number;
}

/** Of one kind and series in one gathering: a front-end shows the series again after the first. */
const mostOfSeries = 100;

/** Events without those that say the same again. */
function coalesced(events: ServerEvent[]): ServerEvent[] {
  const counts = new Map<string, number>();
  const distinct = [...new Map(events.map((event) => [JSON.stringify(event), event])).values()];
  return distinct.filter((event) => {
    if (event.type !== 'BookAdded' && event.type !== 'BookChanged') return true;
    const key = `${event.type} ${event.seriesId}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count <= mostOfSeries;
  });
}

/** Collects events for a while, then hands them on, one collection after the other. */
function createGathering(wait: number, hand: (events: ServerEvent[]) => Promise<void>) {
  let gathered: ServerEvent[] = [];
  let timer: NodeJS.Timeout | undefined;
  let handed = Promise.resolve();
  const handLater = (): void => {
    timer = undefined;
    const events = coalesced(gathered);
    gathered = [];
    handed = handed.then(() => hand(events));
  };
  return {
    add: (event: ServerEvent): void => {
      gathered.push(event);
      timer ??= setTimeout(handLater, wait);
    },
    stop: (): void => clearTimeout(timer),
  };
}

/** The viewer may see other things from now on, or exists no more. */
const endsFor = ({ viewer }: Watcher, event: ServerEvent): boolean =>
  (event.type === 'SessionExpired' || event.type === 'CredentialsChanged') && event.userId === viewer.userId;

/** To administrators, and asked for only while one of them watches. */
async function tellQueue(db: Database, log: Log, watchers: ReadonlySet<Watcher>): Promise<void> {
  const admins = [...watchers].filter(({ viewer }) => isAdmin(viewer));
  if (admins.length === 0) return;
  try {
    const status: HubEvent = { type: 'TaskQueueStatus', ...(await pendingCounts(db)) };
    for (const admin of admins) if (watchers.has(admin)) admin.tell([status]);
  } catch (error) {
    log.warn({ err: error }, 'the state of the queue is not known');
  }
}

export function createEventHub({ db, log, ...options }: EventHubOptions): EventHub {
  const { connections = 20, gather = 100, queueEvery = 10_000, beatEvery = 15_000 } = options;
  const watchers = new Set<Watcher>();
  let closed = false;

  async function tellTo(watcher: Watcher, events: ServerEvent[]): Promise<void> {
    const visible = await eventsFor(db, watcher.viewer, events);
    if (visible.length > 0 && watchers.has(watcher)) watcher.tell(visible);
    if (events.some((event) => endsFor(watcher, event))) watcher.end();
  }

  const gathering = createGathering(gather, async (events) => {
    const results = await Promise.allSettled([...watchers].map((watcher) => tellTo(watcher, events)));
    for (const result of results) {
      if (result.status === 'rejected') log.warn({ err: result.reason as unknown }, 'events could not be handed on');
    }
  });

  const timers = [
    setInterval(() => void tellQueue(db, log, watchers), queueEvery),
    setInterval(() => watchers.forEach((watcher) => watcher.beat()), beatEvery),
  ];
  for (const timer of timers) timer.unref();

  const endAll = (which: (watcher: Watcher) => boolean): void =>
    [...watchers].filter(which).forEach((one) => one.end());
  return {
    publish(event) {
      if (!closed && watchers.size > 0) gathering.add(event);
    },
    add(watcher) {
      const { userId } = watcher.viewer;
      const others = [...watchers].filter(({ viewer }) => viewer.userId === userId);
      if (closed || others.length >= connections) return false;
      watchers.add(watcher);
      return true;
    },
    remove: (watcher) => void watchers.delete(watcher),
    size: () => watchers.size,
    endSession: (sessionHash) => endAll((watcher) => watcher.sessionHash === sessionHash),
    restart: () => endAll(() => true),
    close() {
      closed = true;
      timers.forEach((timer) => clearInterval(timer));
      gathering.stop();
      endAll(() => true);
    },
  };
}

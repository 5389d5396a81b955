import { setTimeout as pause } from 'node:timers/promises';
import { newId } from '../../base/public-id';
import type { Database } from '../../db/database';
import type { Gate, RequestOutcome, Turn } from '../../metadata/gate';
import { ProviderUnavailable, type Asking } from '../../metadata/provider';
import { breakerAfter, openMilliseconds, type BreakerRecord } from './breaker';

export interface GateOptions {
  /** Milliseconds between the beginnings of two requests. */
  interval: number;
  /** A wait longer than this is none: the caller is told to come again. */
  patience?: number;
  /** A sender that says nothing for so long is dead; it says something every third of it. */
  lease?: number;
  /** Pauses of the breaker, milliseconds, growing. */
  breakerPauses?: readonly number[];
}

const look = 60;
const wantedFor = 1_500;

interface Waits {
  ready: boolean;
  slot: number;
  busy: number;
  wanted: number;
  paused: number;
  open: number;
  pauseReason: string | null;
  lastFailure: string | null;
}

/** Milliseconds until a moment, by the database's clock: the only one that all processes share. */
const until = (column: string) =>
  `greatest(0, ceil(extract(epoch from coalesce(${column}, 'epoch') - clock_timestamp()) * 1000))`;

/**
 * The door to one host as a row of the database. One request at a time is on its way from all threads of all processes:
 * so nothing is sent between a 429 and the moment that everybody knows of it, and one question is never sent twice.
 */
export function createGate(db: Database, name: string, options: GateOptions): Gate {
  const {
    interval,
    patience = 5_000,
    lease = 9_000,
    breakerPauses = [60_000, 120_000, 240_000, 480_000, 900_000],
  } = options;

  const askFor = () =>
    db.raw(
      `update provider_gate set wanted_until = clock_timestamp() + cast(? as int) * interval '1 ms' where name = ?`,
      [wantedFor, name],
    );

  return {
    async enter({ urgent = false, signal }: Asking): Promise<Turn> {
      const sender = newId();
      const deadline = Date.now() + patience * (urgent ? 4 : 24);
      for (;;) {
        signal?.throwIfAborted();
        const waits = await take(db, { name, sender, lease, urgent });
        if (waits.ready) return turn(sender);
        refuse(name, waits, patience);
        if (Date.now() > deadline) throw new ProviderUnavailable(name, null, 'too many requests wait');
        if (urgent) await askFor();
        const wait = Math.max(
          waits.slot,
          waits.paused,
          waits.open,
          waits.busy > 0 ? look : 0,
          urgent ? 0 : waits.wanted,
        );
        await pause(Math.min(Math.max(wait, 5), 500), undefined, signal ? { signal } : {}).catch(() => undefined);
      }
    },
  };

  function turn(sender: string): Turn {
    const began = performance.now();
    const beat = setInterval(() => {
      db.raw(
        `update provider_gate set busy_until = clock_timestamp() + cast(? as int) * interval '1 ms' where name = ? and busy_by = ?`,
        [...[lease, name, sender]],
      ).catch(() => undefined);
    }, lease / 3);
    beat.unref();
    return {
      skip: async () => {
        clearInterval(beat);
        await db.raw('update provider_gate set busy_by = null, busy_until = null where name = ? and busy_by = ?', [
          ...[name, sender],
        ]);
      },
      done: async (outcome) => {
        clearInterval(beat);
        await leave(db, { name, sender, interval, breakerPauses, began }, outcome);
      },
    };
  }
}

/** Takes the turn if it is free; tells what is in the way otherwise. */
async function take(
  db: Database,
  { name, sender, lease, urgent }: { name: string; sender: string; lease: number; urgent: boolean },
): Promise<Waits> {
  const { rows } = await db.raw<{ rows: Waits[] }>(
    `with gate as (
         insert into provider_gate (name) values (:name) on conflict do nothing
       ), taken as (
         update provider_gate set busy_by = cast(:sender as uuid), busy_until = clock_timestamp() + cast(:lease as int) * interval '1 ms',
           wanted_until = case when cast(:urgent as boolean) then null else wanted_until end
         where name = :name and next_at <= clock_timestamp()
           and coalesce(busy_until, 'epoch') <= clock_timestamp()
           and coalesce(paused_until, 'epoch') <= clock_timestamp()
           and coalesce(open_until, 'epoch') <= clock_timestamp()
           and (cast(:urgent as boolean) or coalesce(wanted_until, 'epoch') <= clock_timestamp())
         returning name
       )
       select exists (select 1 from taken) as ready, ${until('next_at')} as slot, ${until('busy_until')} as busy,
         ${until('wanted_until')} as wanted, ${until('paused_until')} as paused, ${until('open_until')} as open,
         pause_reason as "pauseReason", last_failure as "lastFailure"
       from provider_gate where name = :name`,
    { name, sender, lease, urgent },
  );
  return rows[0] ?? { ...noWait, ready: false };
}

const noWait: Waits = {
  ...{ ready: false, slot: 0, busy: 0, wanted: 0, paused: 0, open: 0, pauseReason: null, lastFailure: null },
};

function refuse(name: string, { paused, open, pauseReason, lastFailure }: Waits, patience: number): void {
  const wait = Math.max(paused, open);
  if (wait <= patience) return;
  const reason = open >= paused ? `it failed again and again (${lastFailure ?? ''})` : (pauseReason ?? 'a pause');
  throw new ProviderUnavailable(name, new Date(Date.now() + wait), reason);
}

interface Leaving {
  name: string;
  sender: string;
  interval: number;
  breakerPauses: readonly number[];
  began: number;
}

/** What the answer means for all: the next slot, a pause, the breaker. One transaction, so that no failure is lost. */
async function leave(db: Database, leaving: Leaving, outcome: RequestOutcome): Promise<void> {
  const { name, sender, interval, breakerPauses, began } = leaving;
  await db.transaction(async (trx) => {
    const { rows } = await trx.raw<{ rows: { breaker: BreakerRecord | null }[] }>(
      'select breaker from provider_gate where name = ? for update',
      [name],
    );
    const before = rows[0]?.breaker ?? null;
    // a pause says that the host is there
    const breaker = await breakerAfter(before, outcome.kind === 'failed', breakerPauses);
    const isOpening = outcome.kind === 'failed' && openMilliseconds(breaker, breakerPauses) > 0;
    await trx.raw(
      `update provider_gate set
         busy_by = case when busy_by = cast(:sender as uuid) then null else busy_by end,
         busy_until = case when busy_by = cast(:sender as uuid) then null else busy_until end,
         next_at = greatest(next_at, clock_timestamp() + cast(:rest as int) * interval '1 ms'),
         paused_until = case when cast(:pause as int) > 0
           then greatest(paused_until, clock_timestamp() + cast(:pause as int) * interval '1 ms') else paused_until end,
         pause_reason = case when cast(:pause as int) > 0 then cast(:reason as text) else pause_reason end,
         breaker = cast(:breaker as jsonb),
         open_until = case when cast(:isOpening as boolean) then clock_timestamp() + cast(:open as int) * interval '1 ms'
           when cast(:isAnswered as boolean) then null else open_until end,
         requests = requests + 1,
         last_answer_at = case when cast(:isFailed as boolean) then last_answer_at else clock_timestamp() end,
         last_failure_at = case when cast(:isFailed as boolean) then clock_timestamp() else last_failure_at end,
         last_failure = case when cast(:isFailed as boolean) then cast(:reason as text) else last_failure end
       where name = :name`,
      {
        ...{ name, sender, rest: Math.round(interval - (performance.now() - began)) },
        pause: Math.round(outcome.pauseMs ?? 0),
        reason: 'reason' in outcome ? outcome.reason : 'the allowance was used up',
        breaker: JSON.stringify(breaker),
        ...{ isOpening, open: openMilliseconds(breaker, breakerPauses) },
        ...{ isAnswered: outcome.kind !== 'failed', isFailed: outcome.kind === 'failed' },
      },
    );
  });
}

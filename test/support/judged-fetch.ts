import findMyWay, { type HTTPMethod } from 'find-my-way';
import type { Route } from '../../src/http/route';
import { faultsOfAnswer, type Answer } from './answer-rules';
import { countAnswers, keepCounts, type Counted } from './coverage';
import { readKomgaDocument } from './komga-document';
import { gatherOpds, isOpdsPath } from './opds-documents';
import { referenceDir } from './reference';
import { routeTable } from './routes';

/** The route of a request, as the server finds it. */
export function routeFinder(): (method: string, path: string) => Route | undefined {
  const router = findMyWay({ maxParamLength: 5000, caseSensitive: true });
  for (const route of routeTable())
    router.on(route.method.toUpperCase() as HTTPMethod, route.path, () => undefined, route);
  return (method, path) =>
    router.find((method === 'HEAD' ? 'GET' : method) as HTTPMethod, path)?.store as Route | undefined;
}

/** Endless. */
const isStream = (type: string): boolean => type.startsWith('text/event-stream');

async function answerOf(request: Request, response: Response): Promise<Answer> {
  const headers = Object.fromEntries(response.headers);
  const type = headers['content-type'] ?? '';
  const bytes = isStream(type) ? Buffer.alloc(0) : Buffer.from(await response.clone().arrayBuffer());
  // fetch adds this by itself, and unpacks
  const asked = { 'accept-encoding': 'gzip, deflate, br', ...Object.fromEntries(request.headers) };
  const { method } = request;
  const body = bytes.length > 0 && type.includes('json') ? bytes : null;
  const path = new URL(request.url).pathname;
  return { method, path, asked, status: response.status, headers, body, length: bytes.length };
}

export interface JudgedFetch {
  fetch: typeof fetch;
  counted: Counted;
  /** What was wrong with all answers so far. */
  faults(): string[];
}

/** Asks as `plain` does, and judges what comes from the client's side, as `useApp` judges what the application says. */
export function judgedFetch(plain: typeof fetch): JudgedFetch {
  const komga = referenceDir === null ? null : readKomgaDocument(referenceDir);
  const find = routeFinder();
  const catalogs = gatherOpds();
  const counted: Counted = {};
  const found = new Set<string>();

  async function judge(request: Request, response: Response): Promise<void> {
    const answer = await answerOf(request, response);
    const route = find(answer.method, answer.path);
    if (route) countAnswers(counted, route.id, answer.status);
    for (const fault of faultsOfAnswer(answer, route, komga))
      found.add(`${answer.method} ${answer.path} ${answer.status}: ${fault}`);
    if (isOpdsPath(answer.path) && answer.status === 200)
      catalogs.see(answer.path, answer.headers['content-type'] ?? '', await response.clone().text());
  }

  return {
    async fetch(...given) {
      const response = await plain(...given);
      await judge(new Request(...given), response);
      return response;
    },
    counted,
    faults: () => [...found, ...catalogs.faults()],
  };
}

/** Judges all that other processes answer to the tests of a file: once at its top. */
export function judgeFetched(): void {
  const plain = globalThis.fetch;
  const judged = judgedFetch(plain);

  beforeAll(() => {
    globalThis.fetch = judged.fetch;
  });

  afterAll(() => {
    globalThis.fetch = plain;
    keepCounts(judged.counted);
    expect(judged.faults()).toEqual([]);
  }, 60_000);
}

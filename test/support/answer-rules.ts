import type { Route } from '../../src/http/route';
import type { KomgaDocument } from './komga-document';

/** One answer as it went over the wire, unpacked. */
export interface Answer {
  method: string;
  path: string;
  /** Of the request, in lower case. */
  asked: Record<string, string>;
  status: number;
  headers: Record<string, string>;
  /** Null for a body that is no JSON, which is not looked at. */
  body: Buffer | null;
  length: number;
}

type Rule = (answer: Answer, route: Route | undefined, komga: KomgaDocument | null) => string[];

const isProtocol = (path: string) => /^\/(api|sse|actuator)(\/|$)/.test(path);
const isApi = (path: string) => path.startsWith('/api/');
const parsed = ({ body }: Answer): unknown =>
  body === null ? undefined : (JSON.parse(body.toString('utf8')) as unknown);
const typeOf = ({ headers }: Answer) => headers['content-type'] ?? '';

/** Refusals that any operation may have (komga-rest.md §2.2), and what this server adds: ranges, too many failures. */
const refusals = [400, 401, 403, 404, 405, 409, 413, 415, 416, 429];

const isRevalidation = ({ method, status }: Answer) => status === 304 && (method === 'GET' || method === 'HEAD');

/** Any operation may come too late. */
const isOverdue = ({ status, body }: Answer) => status === 503 && (body?.includes('ERR_2014') ?? false);

/** The status that our own document names for success, those of a part and of "you have it", or a refusal. */
const statusRule: Rule = (answer, route, komga) => {
  const { status } = answer;
  // another server did not answer ours
  if (status === 503 && route && komga && !komga.operations.has(route.id)) return [];
  if (refusals.includes(status) || isRevalidation(answer) || isOverdue(answer)) return [];
  if (!route) return isProtocol(answer.path) && answer.method !== 'OPTIONS' ? [`status ${status}`] : [];
  const named = { nothing: [204], accepted: [202], bytes: [200, 201, 204, 206, 503] };
  const right = typeof route.reply === 'string' ? named[route.reply] : [route.status ?? 200];
  return right.includes(status) ? [] : [`status ${status} is not documented`];
};

/** Komga has no ranges of files, and calls an absent progression 200 in its document and 204 on the wire. */
const ownSuccess = (id: string, status: number) =>
  status === 206 || (status === 204 && id === 'getBookProgression') || status === 304;

const komgaStatusRule: Rule = ({ status }, route, komga) => {
  if (!route || !komga?.operations.has(route.id) || status >= 400 || ownSuccess(route.id, status)) return [];
  return komga.typesOf(route.id, status) === null ? [`status ${status} is not one of Komga’s`] : [];
};

const anyFile = 'application/octet-stream';

/** Types as far as Komga's document says them: pictures are called JPEG there, whatever they are. */
function isType(type: string, documented: string): boolean {
  const plain = type.replace(/;.*/, '');
  if (documented === '*/*' || plain === documented) return true;
  // Komga's document calls the bytes of a font JSON, and sends them as what they are
  if (documented === 'application/json' && plain.startsWith('font/')) return true;
  if (documented.startsWith('image/')) return plain.startsWith('image/') || plain === 'application/pdf';
  // a file is sent as what it is
  return documented === anyFile && !/json|html/.test(plain);
}

const komgaTypeRule: Rule = (answer, route, komga) => {
  const { status, length } = answer;
  if (!route || !komga?.operations.has(route.id) || status >= 300 || status === 204 || length === 0) return [];
  const documented = komga.typesOf(route.id, status === 206 ? 200 : status) ?? [];
  const type = typeOf(answer);
  return documented.length === 0 || documented.some((one) => isType(type, one)) ? [] : [`type ${type}`];
};

const komgaBodyRule: Rule = (answer, route, komga) => {
  if (!route || !komga || answer.status >= 300 || answer.body === null || answer.length === 0) return [];
  const judge = komga.judgeOf(route.id, answer.status);
  if (!judge || judge(parsed(answer))) return [];
  return (judge.errors ?? []).slice(0, 3).map(({ instancePath, message }) => `${instancePath} ${message}`);
};

/** `image/*` are all pictures. */
const isIn = (type: string, one: string): boolean =>
  one === anyFile || one.replace(/;.*/, '') === type || (one.endsWith('/*') && type.startsWith(one.slice(0, -1)));

const ownTypeRule: Rule = (answer, route) => {
  if (!route || answer.status >= 300 || answer.status === 204 || answer.length === 0) return [];
  const produced = typeof route.reply === 'string' ? (route.produces ?? [anyFile]) : ['application/json'];
  const type = typeOf(answer).replace(/;.*/, '');
  const isOne = produced.some((one) => isIn(type, one));
  return isOne ? [] : [`type ${type} is not documented`];
};

/** Texts that no client has any use for, and an attacker has: of stacks, of SQL, of this machine. */
const leak =
  /node_modules|\.[jt]s:\d+|\bat (async )?[\w.]+ \(|select .* from |insert into |violates |syntax error at|relation "|constraint "|ENOENT|EACCES|TypeError|ZodError/i;

const refusalRule: Rule = (answer) => {
  const { status, length, body, path, method } = answer;
  if (status < 400 || status === 503 || !isProtocol(path) || method === 'OPTIONS') return [];
  if (body === null) return length === 0 ? [] : [`a refusal of type ${typeOf(answer)}`];
  const text = body.toString('utf8');
  const leaks = leak.test(text) ? [`tells ${text}`] : [];
  const said = parsed(answer) as Record<string, unknown>;
  const keys = Object.keys(said).sort().join();
  if (keys === 'violations') return status === 400 ? leaks : [...leaks, 'violations of a refusal other than 400'];
  const isKomgas = keys === 'error,message,path,status,timestamp' && said['status'] === status;
  return isKomgas ? leaks : [...leaks, `a refusal ${text.slice(0, 200)}`];
};

const second = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** Moments with a fraction or without Z, and ids that a URL or a client cannot carry (clients.md rules 4 and 7). */
function wrongTexts(value: unknown, key = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => wrongTexts(item, key));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, item]) => (name === 'device' ? [] : wrongTexts(item, name)));
  if (typeof value !== 'string') return [];
  if (/^\d{4}-\d\d-\d\dT\d\d/.test(value) && !second.test(value)) return [`${key} is ${value}`];
  if (/(^id|Ids?)$/.test(key) && key !== 'deviceId' && !/^\w+$/.test(value)) return [`${key} is ${value}`];
  return [];
}

const textRule: Rule = (answer, route, komga) => {
  if (!route || !isApi(answer.path) || answer.status >= 300 || answer.body === null) return [];
  return komga?.operations.has(route.id) && answer.length > 0 ? wrongTexts(parsed(answer)) : [];
};

const cacheControls = ['max-age=0, must-revalidate, private', 'max-age=3600, private', 'no-store'];

/** A list of more rows than a page may have is sent while it is read: nobody knows its text before. */
const isWhole = ({ headers, length }: Answer) => headers['content-length'] !== undefined || length < 1_000_000;

const headerRule: Rule = (answer, route, komga) => {
  const { status, headers, asked, method, path } = answer;
  const missing = (name: string, when: boolean) => (when && headers[name] === undefined ? [`no ${name}`] : []);
  const isScript = asked['x-requested-with'] === 'XMLHttpRequest';
  const isDone = route !== undefined && isApi(path) && status < 300 && (komga?.operations.has(route.id) ?? false);
  const encoding = headers['content-encoding'];
  return [
    ...missing('x-request-id', true),
    ...missing('www-authenticate', status === 401 && !isScript && isProtocol(path)),
    ...missing('allow', status === 405),
    ...missing('retry-after', status === 429),
    ...missing(
      'etag',
      isDone && method === 'GET' && status === 200 && isWhole(answer) && typeof route.reply !== 'string',
    ),
    ...(isDone && !cacheControls.includes(headers['cache-control'] ?? '') ? [`cache ${headers['cache-control']}`] : []),
    ...(headers['x-content-type-options'] === 'nosniff' ? [] : ['types may be guessed']),
    ...(encoding !== undefined && !(asked['accept-encoding'] ?? '').includes(encoding) ? [`packed ${encoding}`] : []),
  ];
};

const emptyRule: Rule = ({ status, method, length, headers, path }) => {
  const mustNot = status === 204 || status === 304 || method === 'HEAD';
  if (length > 0) return mustNot ? ['a body where none may be'] : [];
  return isApi(path) && !mustNot && status === 200 && /json/.test(headers['content-type'] ?? '')
    ? ['JSON without a body']
    : [];
};

const rules: Rule[] = [
  ...[statusRule, komgaStatusRule, ownTypeRule, komgaTypeRule, komgaBodyRule],
  ...[refusalRule, textRule, headerRule, emptyRule],
];

/** What is wrong with an answer, by our document, by Komga's, and by what all clients count on; empty when nothing is. */
export const faultsOfAnswer: Rule = (answer, route, komga) => rules.flatMap((rule) => rule(answer, route, komga));

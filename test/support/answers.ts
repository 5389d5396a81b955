import type Koa from 'koa';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { HttpContext, HttpState } from '../../src/http/context';
import type { Route } from '../../src/http/route';
import { faultsOfAnswer, type Answer } from './answer-rules';
import { countAnswers, type Counted } from './coverage';
import { hear, unpacked, type Heard } from './heard';
import { readKomgaDocument, type KomgaDocument } from './komga-document';
import { referenceDir } from './reference';
import { routeTable } from './routes';

const texts = (headers: IncomingHttpHeaders | OutgoingHttpHeaders): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));

function answerOf({ method, req, res }: HttpContext, path: string, { chunks, length }: Heard): Answer {
  const headers = texts(res.getHeaders());
  const bytes = Buffer.concat(chunks);
  const isJson = bytes.length > 0 && (headers['content-type'] ?? '').includes('json');
  const body = isJson ? unpacked(bytes, headers['content-encoding']) : null;
  return { method, path, asked: texts(req.headers), status: res.statusCode, headers, body, length };
}

export interface AnswersOfApp {
  /** What was wrong with all answers so far. */
  faults: string[];
  counted: Counted;
}

let komga: KomgaDocument | null | undefined;

/** Judges every answer that an application gives during the tests of a file, and counts it for its operation. */
export function judgeAnswers(app: Koa<HttpState>): AnswersOfApp {
  komga ??= referenceDir === null ? null : readKomgaDocument(referenceDir);
  const routes = new Map<string, Route>(routeTable().map((route) => [route.id, route]));
  const found: AnswersOfApp = { faults: [], counted: {} };
  app.middleware.unshift(async (ctx, next) => {
    const heard = hear(ctx.res, (type) => type.includes('json'));
    // the application takes the base path off
    const at = ctx.path;
    ctx.res.once('finish', () => {
      const answer = answerOf(ctx, ctx.path, heard);
      const id = ctx.state.route ?? null;
      if (id !== null) countAnswers(found.counted, id, answer.status);
      const faults = faultsOfAnswer(answer, id === null ? undefined : routes.get(id), komga ?? null);
      found.faults.push(...faults.map((fault) => `${answer.method} ${at} ${answer.status}: ${fault}`));
    });
    await next();
  });
  return found;
}

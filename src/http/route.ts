import type { z } from 'zod';
import type { Role } from '../model/user-account';
import type { Viewer } from '../search/viewer';
import type { HttpContext } from './context';

/** Who may call: everybody, everybody who logged in, or those with a role. A route without this does not compile. */
export type Access = 'public' | 'any' | Role;

/** What a route answers: JSON of a schema, nothing (204), a queued task (202), or bytes that the handler sends itself. */
export type Reply = z.ZodType | 'nothing' | 'accepted' | 'bytes';

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;
/** A handler returns what its reply schema says: a misspelt or missing field does not compile. */
type Answer<R> = R extends z.ZodType ? z.input<R> : void;

export interface Exchange<A extends Access, P, Q, B> {
  ctx: HttpContext;
  viewer: A extends 'public' ? Viewer | null : Viewer;
  params: Parsed<P>;
  query: Parsed<Q>;
  body: Parsed<B>;
}

export interface RouteDefinition<A extends Access, P, Q, B, R extends Reply> {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** `:name` is one segment, a final `*` the rest of the path. */
  path: string;
  /** operationId of the OpenAPI document. */
  id: string;
  tag: string;
  summary: string;
  deprecated?: true;
  access: A;
  params?: P;
  query?: Q;
  body?: B;
  /** What is wrong with a body is told in the message of an ordinary refusal, not as `violations`: Komga's bulk edit. */
  plainRefusals?: true;
  /** Media type of a body that the handler reads itself, for the document. */
  consumes?: string;
  reply: R;
  /** 200 unless said otherwise (creating a user: 201). */
  status?: number;
  /** Media types of a `bytes` reply, for the document. */
  produces?: string[];
  handler: (exchange: Exchange<A, P, Q, B>) => Promise<Answer<R>> | Answer<R>;
}

/** A route as the dispatcher and the OpenAPI document see it. */
export type Route = Omit<RouteDefinition<Access, z.ZodType, z.ZodType, z.ZodType, Reply>, 'handler'> & {
  handler: (exchange: never) => unknown;
};

/** Types the handler by its schemas; adds nothing at run time. */
export function route<
  A extends Access,
  R extends Reply,
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(definition: RouteDefinition<A, P, Q, B, R>): Route {
  return definition as unknown as Route;
}

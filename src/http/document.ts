import { programVersion } from '../base/version';
import { openApiDocument } from './open-api';
import { sendText } from './reply';
import { route, type Route } from './route';

/** Our OpenAPI document, at Komga's place. It is built when somebody asks for it first: 170 schemas take a while. */
export function documentRoute(routes: Route[]): Route {
  let text: string | undefined;
  return route({
    method: 'get',
    path: '/v3/api-docs',
    id: 'getApiDocument',
    tag: 'Documentation',
    summary: 'This document',
    access: 'public',
    reply: 'bytes',
    produces: ['application/json'],
    handler: ({ ctx }) => {
      text ??= JSON.stringify(openApiDocument(routes, programVersion));
      sendText(ctx, 'application/json', text);
    },
  });
}

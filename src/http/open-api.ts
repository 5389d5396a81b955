import { z } from 'zod';
import type { Route } from './route';

type Json = Record<string, unknown>;

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const document = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    cycles: 'ref',
    reused: 'inline',
  });
  delete document.$schema;
  return document;
};

/** Path and query parameters of a route: one entry a key of its zod object. */
function parameters(schema: z.ZodType | undefined, place: 'path' | 'query'): Json[] {
  if (!schema) return [];
  const { properties = {} } = schemaOf(schema, 'input') as { properties?: Record<string, Json> };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path',
    schema: property,
  }));
}

function responses(entry: Route): Json {
  if (entry.reply === 'nothing') return { 204: { description: 'Done' } };
  if (entry.reply === 'accepted') return { 202: { description: 'Queued' } };
  const content =
    entry.reply === 'bytes'
      ? Object.fromEntries(
          (entry.produces ?? ['application/octet-stream']).map((type) => [
            type,
            { schema: { type: 'string', format: 'binary' } },
          ]),
        )
      : { 'application/json': { schema: schemaOf(entry.reply, 'output') } };
  return { [entry.status ?? 200]: { description: 'OK', content } };
}

const uploadSchema = {
  type: 'object',
  properties: { file: { type: 'string', format: 'binary' } },
  required: ['file'],
};

function operation(entry: Route): Json {
  return {
    operationId: entry.id,
    tags: [entry.tag],
    summary: entry.summary,
    ...(entry.deprecated ? { deprecated: true } : {}),
    'x-access': entry.access,
    ...(entry.access === 'public' ? { security: [] } : {}),
    parameters: [...parameters(entry.params, 'path'), ...parameters(entry.query, 'query')],
    ...(entry.body
      ? { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(entry.body, 'input') } } } }
      : {}),
    ...(entry.consumes
      ? { requestBody: { required: true, content: { [entry.consumes]: { schema: uploadSchema } } } }
      : {}),
    responses: responses(entry),
  };
}

/** `/a/:id/*` → `/a/{id}/{rest}`. */
export const templateOf = (path: string): string => path.replace(/:(\w+)/g, '{$1}').replace(/\*$/, '{rest}');

/** Our OpenAPI 3.1 document, built from the routes that are really served. */
export function openApiDocument(routes: Route[], version: string): Json {
  const paths: Record<string, Json> = {};
  for (const entry of routes) (paths[templateOf(entry.path)] ??= {})[entry.method] = operation(entry);
  return {
    openapi: '3.1.0',
    info: { title: 'KireMisu', version, description: 'Komga-compatible API of KireMisu, and its own operations' },
    security: [{ basic: [] }, { apiKey: [] }],
    components: {
      securitySchemes: {
        basic: { type: 'http', scheme: 'basic' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      },
    },
    paths,
  };
}

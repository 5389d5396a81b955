import { z } from 'zod';
import { bookLeaves, seriesLeaves } from '../search/condition';
import { descriptionOf } from './input';
import type { Route } from './route';

type Json = Record<string, unknown>;

/** Of every whole number; that JSON cannot carry more says nothing about this one. */
function withoutBounds(schema: Json): void {
  if (schema['minimum'] === Number.MIN_SAFE_INTEGER) delete schema['minimum'];
  if (schema['maximum'] === Number.MAX_SAFE_INTEGER) delete schema['maximum'];
}

function describe(schema: object, json: Json): void {
  const description = descriptionOf(schema);
  if (!description) return withoutBounds(json);
  for (const name of Object.keys(json)) delete json[name];
  Object.assign(json, description);
}

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const document = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    cycles: 'ref',
    reused: 'inline',
    override: ({ zodSchema, jsonSchema }) => describe(zodSchema, jsonSchema),
  });
  delete document.$schema;
  return document;
};

/** A condition of the search language: one key an object, trees of any depth. */
function conditionOf(name: string, leaves: Record<string, z.ZodType>): Json {
  const list = { type: 'array', items: { $ref: `#/components/schemas/${name}` } };
  const parts = { allOf: list, anyOf: list };
  const single = ([key, schema]: [string, Json]) => ({
    type: 'object',
    properties: { [key]: schema },
    required: [key],
  });
  const ofLeaves = Object.entries(leaves).map(([key, leaf]): [string, Json] => [key, schemaOf(leaf, 'input')]);
  return { oneOf: [...Object.entries<Json>(parts), ...ofLeaves].map(single) };
}

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

const refusedWith = { $ref: '#/components/responses/Refusal' };
/** 503: the database did not answer in time (ERR_2014). */
const refused = { '4XX': refusedWith, 503: refusedWith };

function responses(entry: Route): Json {
  if (entry.reply === 'nothing') return { 204: { description: 'Done' }, ...refused };
  if (entry.reply === 'accepted') return { 202: { description: 'Queued' }, ...refused };
  const content =
    entry.reply === 'bytes'
      ? Object.fromEntries(
          (entry.produces ?? ['application/octet-stream']).map((type) => [
            type,
            { schema: { type: 'string', format: 'binary' } },
          ]),
        )
      : { 'application/json': { schema: schemaOf(entry.reply, 'output') } };
  return { [entry.status ?? 200]: { description: 'OK', content }, ...refused };
}

/** The body of every refusal in JSON: what is wrong as a whole, or member by member (komga-rest.md §2.1). */
const refusal = {
  oneOf: [
    z.object({
      timestamp: z.string(),
      status: z.number().int(),
      error: z.string(),
      message: z.string(),
      path: z.string(),
    }),
    z.object({ violations: z.array(z.object({ fieldName: z.string(), message: z.string() })) }),
  ].map((schema) => schemaOf(schema, 'output')),
};

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
      schemas: {
        SeriesCondition: conditionOf('SeriesCondition', seriesLeaves),
        BookCondition: conditionOf('BookCondition', bookLeaves),
      },
      responses: {
        Refusal: { description: 'Refused', content: { 'application/json': { schema: refusal } } },
      },
      securitySchemes: {
        basic: { type: 'http', scheme: 'basic' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      },
    },
    paths,
  };
}

/** Two OpenAPI documents, compared by what is in them: names and types of parameters, of members of bodies and of answers. */
type Json = Record<string, unknown>;

export interface ApiDocument extends Json {
  paths: Record<string, Record<string, Operation>>;
}

interface Parameter extends Json {
  name: string;
  in: string;
  schema: Json;
}

interface Operation {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { content: Content };
  responses: Record<string, { content?: Content }>;
}

type Content = Record<string, { schema: Json }>;

/** Deep enough for every answer; Komga's conditions hold themselves. */
const deepest = 8;

const operationsOf = ({ paths }: ApiDocument): Map<string, Operation> =>
  new Map(
    Object.values(paths)
      .flatMap((methods) => Object.entries(methods))
      // other members of a path are what its operations share
      .filter(([method]) => /^(get|post|put|patch|delete)$/.test(method))
      .map(([, operation]) => [operation.operationId, operation] as const),
  );

function resolved(document: Json, schema: Json): Json {
  const { $ref } = schema;
  if (typeof $ref !== 'string') return schema;
  const steps = $ref.split('/').slice(1);
  return steps.reduce<Json>((at, step) => at[step] as Json, document);
}

/** `string`, `object[]`, `integer|string`; that something may be null is not said by Komga's document. */
function typeOf(document: Json, given: Json, depth = 0): string {
  const schema = resolved(document, given);
  const { type, items } = schema;
  const parts = (schema['anyOf'] ?? schema['oneOf']) as Json[] | undefined;
  if (parts && depth < deepest) {
    const types = parts.map((part) => typeOf(document, part, depth + 1)).filter((part) => part !== 'null');
    return [...new Set(types)].sort().join('|');
  }
  if (type === 'array') return `${items ? typeOf(document, items as Json, depth) : 'any'}[]`;
  if (schema['enum'] !== undefined || 'const' in schema) return 'string';
  const types = (Array.isArray(type) ? (type as string[]) : [type]).filter((one) => one !== 'null');
  return types.length === 0 ? 'null' : types.map((one) => (typeof one === 'string' ? one : 'any')).join('|');
}

type Members = Map<string, string>;

function membersOf(document: Json, given: Json, at = '', depth = 0): Members {
  const schema = resolved(document, given);
  if (depth > deepest) return new Map();
  const parts = (schema['anyOf'] ?? schema['oneOf'] ?? []) as Json[];
  const inside = parts.flatMap((part) => [...membersOf(document, part, at, depth + 1)]);
  if (schema['items'])
    return new Map([...inside, ...membersOf(document, schema['items'] as Json, `${at}[]`, depth + 1)]);
  const own = Object.entries((schema['properties'] ?? {}) as Record<string, Json>).flatMap(([name, member]) => {
    const place = `${at}.${name}`;
    return [[place, typeOf(document, member)] as const, ...membersOf(document, member, place, depth + 1)];
  });
  return new Map([...inside, ...own]);
}

const schemaOf = (content: Content = {}): Json | undefined =>
  (content['application/json'] ?? content['*/*'] ?? Object.values(content)[0])?.schema;

const queryOf = (document: ApiDocument, { parameters = [] }: Operation): Members =>
  new Map(
    parameters.flatMap((parameter) => {
      const { name, in: place, schema } = resolved(document, parameter) as Parameter;
      return place === 'query' ? [[name, typeOf(document, schema)] as const] : [];
    }),
  );

function differences(what: string, own: Members, theirs: Members): string[] {
  const names = [...new Set([...own.keys(), ...theirs.keys()])];
  return names
    .filter((name) => own.get(name) !== theirs.get(name))
    .map((name) => `${what} ${name}: ${own.get(name) ?? 'none'}, there ${theirs.get(name) ?? 'none'}`);
}

function successOf({ responses }: Operation): [string, Content | undefined][] {
  const done = Object.entries(responses).filter(([status]) => status.startsWith('2'));
  return done.map(([status, { content }]) => [status, content]);
}

const isBinary = (schema: Json): boolean => schema['format'] === 'binary';

/** Bodies take more than they should be sent, so that of them the names alone are compared; conditions have tests of their own. */
const namesOf = (members: Members): Members =>
  new Map([...members.keys()].filter((name) => !name.startsWith('.condition.')).map((name) => [name, 'some']));

/** What differs between two operations of one name, in words. Nothing is said of bytes, and of what only one describes. */
function compareOperations(own: [ApiDocument, Operation], theirs: [ApiDocument, Operation]): string[] {
  const found = differences('query', queryOf(...own), queryOf(...theirs));
  const [ownBody, theirBody] = [schemaOf(own[1].requestBody?.content), schemaOf(theirs[1].requestBody?.content)];
  if (ownBody && theirBody)
    found.push(...differences('body', namesOf(membersOf(own[0], ownBody)), namesOf(membersOf(theirs[0], theirBody))));
  else if (ownBody ?? theirBody) found.push(`body: ${ownBody ? 'some' : 'none'}, there ${theirBody ? 'some' : 'none'}`);
  const ownReplies = new Map(successOf(own[1]));
  for (const [status, content] of successOf(theirs[1])) {
    if (!ownReplies.has(status)) found.push(`no ${status}`);
    const [ownReply, theirReply] = [schemaOf(ownReplies.get(status)), schemaOf(content)];
    if (!ownReply || !theirReply || isBinary(ownReply)) continue;
    found.push(...differences('answer', membersOf(own[0], ownReply), membersOf(theirs[0], theirReply)));
    const [ownType, theirType] = [typeOf(own[0], ownReply), typeOf(theirs[0], theirReply)];
    if (ownType !== theirType) found.push(`answer: ${ownType}, there ${theirType}`);
  }
  return found;
}

/** All differences of operations that both documents have, each with the name of its operation before it. */
export function compareDocuments(own: ApiDocument, theirs: ApiDocument): string[] {
  const ours = operationsOf(own);
  return [...operationsOf(theirs)].flatMap(([id, operation]) => {
    const mine = ours.get(id);
    const found = mine ? compareOperations([own, mine], [theirs, operation]) : [];
    return found.map((difference) => `${id}: ${difference}`);
  });
}

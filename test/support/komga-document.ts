import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import path from 'node:path';

export type Schema = Record<string, unknown>;

interface Operation {
  operationId: string;
  tags?: string[];
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** Komga's own description of its API, asked by name of operation. */
export interface KomgaDocument {
  /** All of them, by `operationId`. */
  operations: ReadonlyMap<string, Operation>;
  /** Media types that an operation answers with that status; null when the document does not know the status. */
  typesOf(id: string, status: number): string[] | null;
  /** Judges the body of a successful answer in JSON; undefined where the document has no schema for one. */
  judgeOf(id: string, status: number): ValidateFunction | undefined;
}

const isMethod = (name: string): boolean => /^(get|post|put|patch|delete)$/.test(name);

/** Manifests and locators are written without what is empty, though the document requires it (komga-rest.md §14.6). */
const leavesOut = /^(WP|R2|Location$|Text$)/;

/** Null is what Komga sends for these, and its document does not say so (clients.md §5). */
function withNulls(name: string, schema: Schema): Schema {
  const { required = [], properties = {} } = schema as { required?: string[]; properties?: Record<string, Schema> };
  const open = Object.entries(properties).map(([name, property]) => [
    name,
    required.includes(name) ? property : { anyOf: [property, { type: 'null' }] },
  ]);
  const opened = { ...schema, properties: Object.fromEntries(open) as Record<string, Schema> };
  return leavesOut.test(name) ? { ...opened, required: [] } : opened;
}

export function readKomgaDocument(directory: string): KomgaDocument {
  const document = JSON.parse(readFileSync(path.join(directory, 'reference/komga-openapi.json'), 'utf8')) as Document;
  const ajv = new Ajv2020({ strict: false, unicodeRegExp: false, allErrors: true });
  addFormats(ajv);
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    ajv.addSchema(withNulls(name, schema), `#/components/schemas/${name}`);
  }
  const operations = new Map(
    Object.values(document.paths).flatMap((methods) =>
      Object.entries(methods).flatMap(([method, operation]) =>
        // other members of a path are what its operations share
        isMethod(method) ? [[operation.operationId, operation] as const] : [],
      ),
    ),
  );
  const contentOf = (id: string, status: number) => {
    const responses = operations.get(id)?.responses ?? {};
    // some operations name refusals only, and by `default` what they really answer
    return responses[status] ?? (status < 400 ? responses['default'] : undefined);
  };
  const judges = new Map<string, ValidateFunction>();
  return {
    operations,
    typesOf: (id, status) => {
      const response = contentOf(id, status);
      return response ? Object.keys(response.content ?? {}) : null;
    },
    judgeOf(id, status) {
      const content = contentOf(id, status)?.content ?? {};
      const schema = (content['application/json'] ?? content['*/*'])?.schema;
      if (!schema) return undefined;
      const judge = judges.get(`${id} ${status}`) ?? ajv.compile(schema);
      judges.set(`${id} ${status}`, judge);
      return judge;
    },
  };
}

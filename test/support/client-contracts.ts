import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readDefinitions, type WireType } from './client-types';

/** One request of a client as clients.md writes it: literal but for `{placeholders}`. */
export interface ContractStep {
  id: string;
  method: string;
  target: string;
  /** The words of the table: `Basic`, `cookies`, `X-Auth-Token`…; empty where the client has one way only. */
  auth: string;
  body: string;
  /** Any of these. */
  statuses: number[];
  answer: string;
  notes: string;
}

export interface ClientContract {
  name: string;
  steps: ContractStep[];
  /** What its decoder needs, by name. */
  types: Map<string, WireType>;
}

const cellsOf = (line: string): string[] =>
  line
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());

const plain = (cell: string): string => cell.replaceAll('`', '');

function stepOf(head: string[], line: string): ContractStep {
  const cells = cellsOf(line);
  const cell = (name: string): string => cells[head.indexOf(name)] ?? '';
  const [method = '', target = ''] = plain(cell('request')).split(' ');
  return {
    ...{ id: cell('id'), method, target, auth: cell('auth'), body: plain(cell('body')) },
    ...{ statuses: cell('status').split('/').map(Number), answer: cell('answer'), notes: cell('notes') },
  };
}

/** The tables of requests in a section, and the types that stand below each. */
function contractsOf(section: string): ClientContract[] {
  const names = [...(section.split('\n', 1)[0] ?? '').matchAll(/`([\w-]+)`/g)].map(([, name = '']) => name);
  const types = new Map<string, WireType>();
  const contracts: ClientContract[] = [];
  // of a section with several tables the later ones are of older versions
  for (const block of section.split(/^(?=\| id \|)/m)) {
    for (const [, text = ''] of block.matchAll(/```text\n([\s\S]*?)```/g)) {
      for (const [name, type] of readDefinitions(text)) types.set(name, type);
    }
    const lines = block.split('\n').filter((line) => line.startsWith('|'));
    const [first, , ...rows] = lines;
    if (!first?.startsWith('| id |')) continue;
    const name = names[contracts.length] ?? `${names.at(-1)}-${contracts.length}`;
    contracts.push({ name, types: new Map(types), steps: rows.map((row) => stepOf(cellsOf(first), row)) });
  }
  return contracts;
}

/** The contracts of all clients, read from the reference folder. */
export function readClientContracts(directory: string): ClientContract[] {
  const text = readFileSync(path.join(directory, 'reference/clients.md'), 'utf8');
  const clients = text.slice(text.indexOf('\n## 3. '), text.indexOf('\n## 4. '));
  return clients.split(/^### /m).slice(1).flatMap(contractsOf);
}

import { Model } from 'objection';

export const operationStates = ['queued', 'running', 'waiting', 'done', 'failed'] as const;

export interface OperationProblem {
  name: string;
  code: string;
}

/** Background work that a person waits for: a scan, a library-wide refresh. */
export class Operation extends Model {
  static override tableName = 'operation';
  static override jsonAttributes = ['problems'];

  declare id: string;
  declare kind: string;
  declare subjectId: string | null;
  declare subjectName: string | null;
  declare state: (typeof operationStates)[number];
  declare done: number;
  declare total: number | null;
  declare message: string | null;
  declare problems: OperationProblem[];
  declare correlationId: string | null;
  declare createdAt: Date;
  declare startedAt: Date | null;
  declare updatedAt: Date;
  declare finishedAt: Date | null;
}

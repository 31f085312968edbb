/** A row of the error catalogue as the API shows it. */
import { type Static, Type } from 'typebox'
import type { ErrorRow } from '../../src/errors/index.ts'
import { titleOf } from './problem.ts'

export const ProblemView = Type.Object({
  code: Type.String(),
  number: Type.Integer(),
  status: Type.Integer(),
  title: Type.String(),
  message: Type.String({ description: 'Words between braces are filled in.' }),
  remedy: Type.String(),
  retired: Type.Boolean({ description: 'Nothing answers it any more; old blocks may hold it.' }),
})

export function problemView({ code, number, status, message, remedy, retired }: ErrorRow): Static<typeof ProblemView> {
  return { code, number, status, title: titleOf(code), message, remedy, retired: retired === true }
}

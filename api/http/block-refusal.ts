/** What a block refused, as the API answers it. */
import { CommonrootError } from '../../src/errors/index.ts'
import { errorRow } from '../catalogue.ts'
import { messageOf } from './problem.ts'

/** The status of what was judged and did nothing. */
export const refusedStatus = 422

/** The error that a number of a block stands for. Its details are not on chain. */
export function blockRefusal(number: number): CommonrootError {
  const row = errorRow(number)
  if (row === undefined) throw new TypeError(`a block of this node holds the number ${number}, which no error has`)
  return new CommonrootError({ ...row, message: messageOf(row) }, {})
}

import { defineDecision } from '../decisions.ts'
import { Rotation, rotate, rotationChecks, rotationReads } from './rotate-keys.ts'

/** The same as a rotation, decided by the others: for a member that has lost its keys, or lost them to somebody. */
export const replaceKeys = defineDecision({
  summary: 'Replaces the keys of a member that can not do it itself.',
  body: Rotation,
  checks: rotationChecks,
  reads: rotationReads,
  decide: rotate,
})

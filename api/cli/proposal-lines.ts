/** A proposal for a person, read from its bytes: a node that says something else about them is not believed. */
import { fromHex } from '../../src/codec/index.ts'
import type { ProposalAnswer } from '../client/index.ts'
import { knownModules, operationView } from '../governance/index.ts'
import { shown } from './table.ts'

export function operationLines(operations: ProposalAnswer['operations']): readonly string[] {
  return operations.flatMap(({ type, encoded }) => {
    const { body } = operationView(knownModules, { type, body: fromHex(encoded) })
    const [first = '', ...others] = JSON.stringify(body, null, 2).split('\n')
    return [`  ${shown(type)} ${shown(first)}`, ...others.map((line) => `  ${shown(line)}`)]
  })
}

/** The operations in one line: their types, and whom or what they are about. */
export function operationSummary(operations: ProposalAnswer['operations']): string {
  const parts = operations.map(({ type, encoded }) => {
    const { body } = operationView(knownModules, { type, body: fromHex(encoded) })
    const subject = subjectOf(body)
    return subject === undefined ? type : `${type} ${subject}`
  })
  return shown(parts.join(', '))
}

function subjectOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  if ('member' in body) {
    const { member } = body
    if (typeof member === 'string') return member
    if (typeof member === 'object' && member !== null && 'id' in member) return String(member.id)
  }
  if ('module' in body && 'name' in body) return `${body.module}/${body.name}`
  if ('algorithm' in body) return String(body.algorithm)
  return 'version' in body ? `to protocol ${body.version}` : undefined
}

/** How what is in force at two heights differs: one row for each thing that is not the same. */
import type { JsonValue } from '../../src/codec/index.ts'
import type { InForceView } from './in-force.ts'

/** `before` is absent for what came, `after` for what went. */
export type Difference = { readonly subject: string; readonly before?: JsonValue; readonly after?: JsonValue }

export function differences(before: InForceView, after: InForceView): readonly Difference[] {
  const [old, present] = [subjectsOf(before), subjectsOf(after)]
  return [...new Set([...old.keys(), ...present.keys()])].sort().flatMap((subject) => {
    const [was, is] = [old.get(subject), present.get(subject)]
    if (JSON.stringify(was) === JSON.stringify(is)) return []
    return [{ subject, ...(was === undefined ? {} : { before: was }), ...(is === undefined ? {} : { after: is }) }]
  })
}

function subjectsOf(view: InForceView): ReadonlyMap<string, JsonValue> {
  return new Map<string, JsonValue>([
    ['protocol', plain(view.protocol)],
    ...view.parameters.map((each) => [`parameter ${each.module}/${each.name}`, plain(each.value)] as const),
    ...view.members.map(({ id, ...rest }) => [`member ${id}`, plain(rest)] as const),
    ...view.validators.map(({ key, ...rest }) => [`validator ${key}`, plain(rest)] as const),
    ...view.withdrawnAlgorithms.map(({ algorithm, ...rest }) => [`algorithm ${algorithm}`, plain(rest)] as const),
    ...view.misbehaviour.map((each) => [`misbehaviour ${each.address} at ${each.height}`, plain(each)] as const),
  ])
}

/** Heights and powers are far below 2^53. */
function plain(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value, (_key, held: unknown) => (typeof held === 'bigint' ? Number(held) : held)))
}

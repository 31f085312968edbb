/** A module whose transactions do what their bodies say: the tests of the host write programs in it. */
import { protocols as shipped } from '../../api/protocols.ts'
import { type ChainProtocols, defineProtocols } from '../../src/chain/index.ts'
import {
  Bytes,
  decodeAs,
  encodeAs,
  Flag,
  List,
  Optional,
  Row,
  Struct,
  Text,
  Unsigned64,
  utf8,
  type ValueOf,
  Whole,
  Word,
} from '../../src/codec/index.ts'
import { defineErrors } from '../../src/errors/index.ts'
import {
  type Address,
  type Context,
  defineBatch,
  defineCollection,
  defineEvent,
  defineModule,
  defineSchedule,
  defineTransaction,
  indexAddress,
  type Module,
  recordAddress,
} from '../../src/module/index.ts'

const name = 'probe'
const Id = Text({ maximum: 40 })

export const probeError = defineErrors('probe', {
  taken: { number: 9000, status: 409, message: 'the slot {slot} is taken', remedy: 'Choose another.' },
  refused: { number: 9001, status: 422, message: 'the program says so', remedy: 'Nothing.' },
  surprise: { number: 9002, status: 500, message: 'this machine failed', remedy: 'Stop.' },
})

const Thing = Row({ id: Id, slot: Optional(Id), group: Optional(Id), padding: Bytes({ maximum: 1024 * 1024 }) })
export type Thing = ValueOf<typeof Thing>

export const things = defineCollection({
  module: name,
  name: 'things',
  value: Thing,
  key: (thing) => utf8(thing.id),
  unique: {
    slot: {
      of: ({ slot }) => (slot === undefined ? undefined : utf8(slot)),
      taken: ({ slot }) => probeError('taken', { slot: slot ?? '' }),
    },
  },
  counters: { group: ({ group }) => (group === undefined ? undefined : utf8(group)) },
})

export const noted = defineEvent({ module: name, name: 'noted', body: Row({ text: Text({ maximum: 70_000 }) }) })

export const Step = Struct({
  act: Word('put', 'remove', 'emit', 'keep', 'read', 'read-caught', 'by', 'schedule', 'cancel', 'foreign'),
  id: Optional(Id),
  slot: Optional(Id),
  group: Optional(Id),
  /** Bytes of padding, repetitions, or the length of an event's text. */
  size: Optional(Whole({ maximum: 1024 * 1024 })),
  bytes: Optional(Bytes({ maximum: 65_536 })),
  at: Optional(Unsigned64),
  handler: Optional(Word('tick', 'tock')),
})
export type Step = ValueOf<typeof Step>

const endings = ['done', 'unchanged', 'refuse', 'type-error', 'range-error', 'error', 'surprise'] as const
export const Plan = Struct({
  steps: List(Step, { maximum: 3000 }),
  end: Word(...endings),
  /** How `prepare` fails. */
  prepare: Optional(Word('refuse', 'type-error', 'range-error')),
  /** How `reads` fails. */
  reads: Optional(Word('type-error')),
  declare: Optional(Flag),
})
export type Plan = ValueOf<typeof Plan>

export const plan = (steps: readonly Step[], end: Plan['end'] = 'done', more: Partial<Plan> = {}): Plan => ({
  steps,
  end,
  ...more,
})

function end(kind: (typeof endings)[number]): 'done' | 'unchanged' {
  if (kind === 'refuse') throw probeError('refused')
  if (kind === 'type-error') throw new TypeError('a defect of the probe')
  if (kind === 'range-error') throw new RangeError('a resource of this machine')
  if (kind === 'error') throw new Error('an error of no kind')
  if (kind === 'surprise') throw probeError('surprise')
  return kind
}

function execute(context: Context, { steps, end: ending }: Plan): 'done' | 'unchanged' {
  for (const step of steps) act(context, step)
  return end(ending)
}

function act(context: Context, step: Step): void {
  const { id = '', slot, group, size = 0, bytes = new Uint8Array(0), at = 0n, handler = 'tick' } = step
  const own = handler === 'tick' ? tick : tock
  const key = utf8(id)
  const text = (found: unknown) => context.emit(noted, { text: found === undefined ? 'absent' : 'present' })
  const acts: Record<Step['act'], () => void> = {
    put: () => context.put(things, { id, padding: new Uint8Array(size), ...given({ slot, group }) }),
    remove: () => context.remove(things, key),
    emit: () => context.emit(noted, { text: id.padEnd(size, '.') }),
    keep: () => context.keep(size === 0 ? bytes : bytes.slice()),
    read: () => {
      for (let count = 0; count <= size; count++) context.get(things, key)
    },
    'read-caught': () => {
      try {
        text(context.get(things, key))
      } catch {
        text(undefined)
      }
    },
    by: () => context.emit(noted, { text: context.by(things, 'slot', utf8(slot ?? ''))?.id ?? 'nothing' }),
    schedule: () => context.schedule(at, own, key, { plan: bytes }),
    cancel: () => context.cancel(own, key),
    foreign: () => context.put({ ...things, module: 'governance' }, { id, padding: bytes }),
  }
  acts[step.act]()
}

function given({ slot, group }: { readonly slot: string | undefined; readonly group: string | undefined }) {
  return { ...(slot === undefined ? {} : { slot }), ...(group === undefined ? {} : { group }) }
}

export function scheduledPlan(steps: readonly Step[], ending: Plan['end'] = 'done'): Uint8Array {
  return encodeAs(Plan, plan(steps, ending))
}

const Payload = Row({ plan: Bytes({ maximum: 32_768 }) })
const handler = (word: string) =>
  defineSchedule({
    module: name,
    name: word,
    payload: Payload,
    reads: () => [],
    apply: (context, key, payload) => {
      context.emit(noted, { text: `${word} ${new TextDecoder().decode(key)}` })
      execute(context, decodeAs(Plan, payload.plan))
    },
  })
export const tick = handler('tick')
export const tock = handler('tock')

function prepare({ prepare: fails }: Plan) {
  if (fails === 'refuse') throw probeError('refused')
  if (fails === 'type-error') throw new TypeError('a defect of the probe')
  if (fails === 'range-error') throw new RangeError('a resource of this machine')
  return { facts: undefined, checks: [] }
}

function readsOf(declares: boolean, { steps, reads, declare = declares }: Plan): Address[] {
  if (reads === 'type-error') throw new TypeError('a defect of the probe')
  if (!declare) return []
  return steps.flatMap(({ act: word, id, slot }) => [
    ...(id === undefined || word === 'emit' ? [] : [recordAddress(things, utf8(id))]),
    ...(slot === undefined ? [] : [indexAddress(things, 'slot', utf8(slot))]),
  ])
}

/** `declares` says whether operations declare their reads; the outcome may not depend on it. */
export function probeModule(declares: boolean, onMisbehaviour?: Module['onMisbehaviour']): Module {
  return defineModule({
    name,
    version: 1,
    summary: 'Does what it is told.',
    collections: [things],
    transactions: {
      many: defineBatch({
        summary: 'Programs, each with its own savepoint.',
        item: Plan,
        maximumItems: 300,
        prepare,
        allow: () => undefined,
        reads: (body) => readsOf(declares, body),
        applyItem: execute,
      }),
      one: defineTransaction({
        summary: 'One program, all or nothing.',
        body: Plan,
        prepare,
        allow: () => undefined,
        reads: (body) => readsOf(declares, body),
        apply: (context, body) => {
          execute(context, body)
        },
      }),
    },
    schedules: [tick, tock],
    events: [noted],
    onMisbehaviour,
  })
}

export function probeProtocols(declares = true, onMisbehaviour?: Module['onMisbehaviour']): ChainProtocols {
  const vectors = shipped.vectors.get(1) ?? ''
  return defineProtocols({ 1: { governance: 1, modules: [probeModule(declares, onMisbehaviour)], vectors } })
}

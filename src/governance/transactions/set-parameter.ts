import { Bytes, decodeAs, Name, Struct, Unsigned64 } from '../../codec/index.ts'
import { CommonrootError } from '../../errors/index.ts'
import { type AnyParameter, defineTransaction, recordAddress, type TransactionType } from '../../module/index.ts'
import { parameterKey, parameters } from '../collections.ts'
import { governanceError } from '../errors.ts'
import { parameterScheduled, parameterSet } from '../events.ts'
import { maximumParameterBytes } from '../limits.ts'
import { authority } from '../parameters.ts'
import { parameterInForce } from '../ports.ts'
import { applyParameter } from '../schedules.ts'
import { requireQuorum } from '../signers.ts'

/** Sets a parameter at once (`at` 0) or at a block time to come. `known` lists the parameters of all modules. */
export function setParameter(known: () => readonly AnyParameter[]): TransactionType {
  return defineTransaction({
    summary: "Sets a module's parameter, at once or from a block time on.",
    body: Struct({ module: Name, name: Name, value: Bytes({ maximum: maximumParameterBytes }), at: Unsigned64 }),
    allow: (context) => requireQuorum(context, parameterInForce(context, authority)),
    reads: ({ module, name }) => [recordAddress(parameters, parameterKey(module, name))],
    apply: (context, { module, name, value, at }) => {
      requireFittingValue(known(), module, name, value)
      if (at !== 0n && at < context.time) throw governanceError('takes-effect-in-the-past', { at, time: context.time })
      if (at > context.time) {
        context.schedule(at, applyParameter, parameterKey(module, name), { module, name, value })
        context.emit(parameterScheduled, { module, name, at })
        return
      }
      context.cancel(applyParameter, parameterKey(module, name))
      context.put(parameters, { module, name, value, height: context.height })
      context.emit(parameterSet, { module, name })
    },
  })
}

/**
 * The owning module's schema judges; governance does not know what a value means.
 * @throws governance.unknown-parameter, governance.parameter-value
 */
export function requireFittingValue(
  known: readonly AnyParameter[],
  module: string,
  name: string,
  value: Uint8Array,
): void {
  const parameter = known.find((candidate) => candidate.module === module && candidate.name === name)
  if (parameter === undefined) throw governanceError('unknown-parameter', { module, name })
  try {
    decodeAs(parameter.schema, value)
  } catch (error) {
    if (!(error instanceof CommonrootError)) throw error
    throw governanceError('parameter-value', { module, name }, error)
  }
}

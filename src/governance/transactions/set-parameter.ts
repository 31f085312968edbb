import { Bytes, decodeAs, Name, Struct, Unsigned64 } from '../../codec/index.ts'
import { CommonrootError } from '../../errors/index.ts'
import { type AnyParameter, recordAddress } from '../../module/index.ts'
import { parameterKey, parameters } from '../collections.ts'
import { type Decision, defineDecision } from '../decisions.ts'
import { governanceError } from '../errors.ts'
import { parameterScheduled, parameterSet } from '../events.ts'
import { maximumParameterBytes } from '../limits.ts'
import { applyParameter } from '../schedules.ts'

/** Sets a parameter at once (`at` 0) or at a block time to come. `known` lists the parameters of all modules. */
export function setParameter(known: () => readonly AnyParameter[]): Decision {
  return defineDecision({
    summary: "Sets a module's parameter, at once or from a block time on.",
    body: Struct({ module: Name, name: Name, value: Bytes({ maximum: maximumParameterBytes }), at: Unsigned64 }),
    reads: ({ module, name }) => [recordAddress(parameters, parameterKey(module, name))],
    decide: (amendment, { module, name, value, at }) => {
      const { height, time } = amendment.context
      const key = parameterKey(module, name)
      requireFittingValue(known(), module, name, value)
      if (at !== 0n && at < time) throw governanceError('takes-effect-in-the-past', { at, time })
      if (at > time) {
        amendment.afterwards((context) => {
          context.schedule(at, applyParameter, key, { module, name, value })
          context.emit(parameterScheduled, { module, name, at })
        })
        return
      }
      amendment.put(parameters, { module, name, value, height })
      amendment.afterwards((context) => {
        context.cancel(applyParameter, key)
        context.emit(parameterSet, { module, name })
      })
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

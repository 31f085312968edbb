import { Bytes, Name, Row } from '../codec/index.ts'
import { defineSchedule, recordAddress } from '../module/index.ts'
import { governanceName, parameterKey, parameters } from './collections.ts'
import { parameterSet } from './events.ts'
import { maximumParameterBytes } from './limits.ts'

/** A parameter takes effect at its time; a later decision about the same parameter replaces an earlier one. */
export const applyParameter = defineSchedule({
  module: governanceName,
  name: 'apply-parameter',
  payload: Row({ module: Name, name: Name, value: Bytes({ maximum: maximumParameterBytes }) }),
  reads: (_key, { module, name }) => [recordAddress(parameters, parameterKey(module, name))],
  apply: (context, _key, { module, name, value }) => {
    context.put(parameters, { module, name, value, height: context.height })
    context.emit(parameterSet, { module, name })
  },
})

/** The words of the command line. */
import { parseArgs } from 'node:util'
import type { Mode } from './plan.ts'

export type Arguments = {
  readonly mode: Mode
  readonly json: boolean
  /** Names of rows; none means all. */
  readonly only: readonly string[]
}

export const usage = `npm run bench -- [--quick | --million] [--json] [--only NAME]...

  --quick      under 90 seconds: fewer certificates, no peers that have to be built
  --million    under 25 minutes: a million certificates
  --json       results and machine as JSON on standard output
  --only NAME  one row; may be given several times`

/** @throws Error in words for the terminal */
export function readArguments(words: readonly string[], names: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...words],
    options: {
      quick: { type: 'boolean', default: false },
      million: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
    },
  })
  if (values.quick && values.million) throw new Error('--quick and --million exclude each other')
  const unknown = values.only.find((name) => !names.includes(name))
  if (unknown !== undefined) throw new Error(`there is no row ${unknown}; there are ${names.join(', ')}`)
  const mode = values.quick ? 'quick' : values.million ? 'million' : 'default'
  return { mode, json: values.json, only: values.only }
}

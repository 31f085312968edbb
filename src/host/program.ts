/** The program of one protocol version: its modules, and how names lead to their parts. */
import type { BoundSchedule, Module, SignerKind, TransactionType } from '../module/index.ts'
import { hostError } from './errors.ts'

export type Program = {
  readonly protocol: number
  readonly modules: readonly Module[]
  module(name: string): Module | undefined
  transactionType(module: string, type: string): TransactionType | undefined
  signerKind(kind: string): { readonly module: Module; readonly signers: SignerKind } | undefined
  schedule(module: string, name: string): BoundSchedule | undefined
}

/** All protocol versions that this code can run: one program replays every height. */
export type Protocols = ReadonlyMap<number, readonly Module[]>

export function programOf(protocols: Protocols, protocol: number): Program {
  const modules = protocols.get(protocol)
  if (modules === undefined) {
    throw hostError('unknown-protocol', { protocol, known: Math.max(...protocols.keys()) })
  }
  const byName = new Map(modules.map((module) => [module.name, module]))
  const kinds = new Map(
    modules.flatMap((module) => Object.entries(module.signers).map(([kind, signers]) => [kind, { module, signers }])),
  )
  return {
    protocol,
    modules,
    module: (name) => byName.get(name),
    transactionType: (module, type) => {
      const types = byName.get(module)?.transactions
      return types !== undefined && Object.hasOwn(types, type) ? types[type] : undefined
    },
    signerKind: (kind) => kinds.get(kind),
    schedule: (module, name) => byName.get(module)?.schedules.find((schedule) => schedule.name === name),
  }
}

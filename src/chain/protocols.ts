/** Protocol versions: each names the modules in force and the consensus vectors that a machine must pass. */
import { toHex } from '../codec/index.ts'
import { consensusVectorsDigest, runConsensusVectors } from '../crypto/vectors/index.ts'
import { firstGovernanceModule, governanceModule } from '../governance/index.ts'
import type { Protocols } from '../host/index.ts'
import type { AnyParameter, Module } from '../module/index.ts'
import { chainError } from './errors.ts'

export type ProtocolVersion = {
  /** The modules beside governance. */
  readonly modules: readonly Module[]
  /** The version of governance, whose second one lets members vote and validators change. */
  readonly governance: 1 | 2
  /** SHA-256 of the consensus vectors, as hexadecimal. */
  readonly vectors: string
}

/** Composes governance with the other modules of each version. */
export function defineProtocols(versions: Readonly<Record<number, ProtocolVersion>>): Protocols & ChainProtocols {
  const protocols = new Map<number, readonly Module[]>()
  for (const [key, { modules, governance }] of Object.entries(versions)) {
    const all: Module[] = []
    const parameters = (): readonly AnyParameter[] => all.flatMap((module) => module.parameters)
    all.push(governance === 1 ? firstGovernanceModule({ parameters }) : governanceModule({ parameters }), ...modules)
    protocols.set(Number(key), all)
  }
  return Object.assign(protocols, {
    vectors: new Map(Object.entries(versions).map(([key, { vectors }]) => [Number(key), vectors])),
  })
}

export type ChainProtocols = Protocols & { readonly vectors: ReadonlyMap<number, string> }

/** A machine whose libraries judge one signature otherwise would fork the chain: it must not take part. @throws chain.vectors-differ, crypto.vectors-differ */
export function requireVectors(protocols: ChainProtocols, protocol: number): void {
  if (toHex(consensusVectorsDigest()) !== protocols.vectors.get(protocol))
    throw chainError('vectors-differ', { protocol })
  runConsensusVectors()
}

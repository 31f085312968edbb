import { AlgorithmName, Struct } from '../../codec/index.ts'
import { withdrawnAlgorithms } from '../collections.ts'
import { defineDecision } from '../decisions.ts'
import { governanceError } from '../errors.ts'
import { algorithmWithdrawn } from '../events.ts'
import { governancePorts } from '../ports.ts'

const only = new Uint8Array(0)

/** Withdraws a signature algorithm for certificates, all at once: one leaf says so to every relying party. */
export const withdrawAlgorithm = defineDecision({
  summary: 'Withdraws a signature algorithm for certificates.',
  body: Struct({ algorithm: AlgorithmName }),
  reads: () => governancePorts.withdrawnAlgorithms.reads(undefined),
  decide: (amendment, { algorithm }) => {
    const { height, time } = amendment.context
    const { algorithms } = amendment.get(withdrawnAlgorithms, only) ?? { algorithms: [] }
    if (algorithms.some((entry) => entry.algorithm === algorithm)) {
      throw governanceError('algorithm-withdrawn', { algorithm })
    }
    amendment.put(withdrawnAlgorithms, { algorithms: [...algorithms, { algorithm, height, time }] })
    amendment.afterwards((context) => context.emit(algorithmWithdrawn, { algorithm }))
  },
})

import { AlgorithmName, Struct } from '../../codec/index.ts'
import { defineTransaction } from '../../module/index.ts'
import { withdrawnAlgorithms } from '../collections.ts'
import { governanceError } from '../errors.ts'
import { algorithmWithdrawn } from '../events.ts'
import { authority } from '../parameters.ts'
import { governancePorts, parameterInForce } from '../ports.ts'
import { requireQuorum } from '../signers.ts'

/** Withdraws a signature algorithm for certificates, all at once: one leaf says so to every relying party. */
export const withdrawAlgorithm = defineTransaction({
  summary: 'Withdraws a signature algorithm for certificates.',
  body: Struct({ algorithm: AlgorithmName }),
  allow: (context) => requireQuorum(context, parameterInForce(context, authority)),
  reads: () => governancePorts.withdrawnAlgorithms.reads(undefined),
  apply: (context, { algorithm }) => {
    const { algorithms } = context.call(governancePorts.withdrawnAlgorithms, undefined)
    if (algorithms.some((entry) => entry.algorithm === algorithm)) {
      throw governanceError('algorithm-withdrawn', { algorithm })
    }
    const entry = { algorithm, height: context.height, time: context.time }
    context.put(withdrawnAlgorithms, { algorithms: [...algorithms, entry] })
    context.emit(algorithmWithdrawn, { algorithm })
  },
})

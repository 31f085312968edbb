import { type Static, Type } from 'typebox'
import { ChainId } from '../../../src/codec/index.ts'
import type { Engine } from '../../../src/engine/index.ts'
import { CommonrootError } from '../../../src/errors/index.ts'
import type { Follower } from '../../../src/follower/index.ts'
import { type LedgerNode, nodeError } from '../../../src/node/index.ts'
import { answerJson, defineRoute, json } from '../route.ts'
import { Height, Instant, instant } from '../schemas.ts'

const FollowerView = Type.Object({
  height: Type.Optional(
    Type.Unsafe<bigint>({
      ...Height,
      description: 'The newest block whose rows are in all indexes; absent while that is not known.',
    }),
  ),
  lagBlocks: Type.Unsafe<bigint>({ type: 'integer', minimum: 0, description: 'Blocks behind the newest.' }),
  lagMilliseconds: Type.Unsafe<bigint>({
    type: 'integer',
    minimum: 0,
    description: 'Block time between that block and the newest; 0 for a follower that is current.',
  }),
  failure: Type.Optional(
    Type.Object(
      {
        code: Type.String(),
        attempts: Type.Integer({ description: 'Attempts in a row that have failed.' }),
      },
      { description: 'Why it does not get on; it tries again by itself.' },
    ),
  ),
  projections: Type.Array(
    Type.Object({
      name: Type.String(),
      version: Type.Integer(),
      summary: Type.String(),
      from: Type.Optional(Type.Unsafe<bigint>({ ...Height, description: 'The first block that it is of.' })),
      height: Type.Optional(Height),
    }),
  ),
})

const EngineView = Type.Object({
  name: Type.String({ description: '`solo` or `cometbft`.' }),
  earliest: Type.Unsafe<bigint>({ ...Height, description: 'The oldest block that the engine still has.' }),
  catchingUp: Type.Boolean({ description: 'It fetches blocks that others have.' }),
  peers: Type.Integer({ minimum: 0, description: 'Nodes that it is connected to.' }),
  power: Type.Optional(
    Type.Unsafe<bigint>({
      type: 'integer',
      minimum: 0,
      description: 'Voting power of its validator, 0 for an observer; absent when there is no other validator.',
    }),
  ),
})

export const reportStatus = defineRoute({
  method: 'GET',
  path: '/v1/status',
  operation: 'reportStatus',
  group: 'operation',
  summary: 'The newest block, the engine, and how far the follower is with the search indexes.',
  answers: {
    200: json(
      'How the node stands.',
      Type.Object({
        chain: ChainId,
        height: Height,
        time: Instant,
        engine: Type.Optional(EngineView),
        follower: Type.Optional(FollowerView),
      }),
    ),
  },
  refusals: [nodeError.numberOf('not-ready')],
  answer: async ({
    node,
    follower,
  }: {
    readonly node: Pick<LedgerNode, 'chain' | 'engine'>
    readonly follower: Follower | undefined
  }) => {
    const { id, head } = node.chain
    if (head === undefined) throw nodeError('not-ready')
    const base = { chain: id, height: head.height, time: instant(head.time), ...(await engineView(node.engine)) }
    if (follower === undefined) return answerJson(200, base)
    const { height, lagBlocks, lagMilliseconds, failure, projections } = follower.status()
    return answerJson(200, {
      ...base,
      follower: {
        ...(height === undefined ? {} : { height }),
        lagBlocks,
        lagMilliseconds,
        // By code: messages may name hosts.
        ...(failure === undefined ? {} : { failure: { code: failure.code, attempts: failure.attempts } }),
        projections: projections.map(({ name, version, summary, first, height: own }) => ({
          name,
          version,
          summary,
          ...(first === undefined ? {} : { from: first }),
          ...(own === undefined ? {} : { height: own }),
        })),
      },
    })
  },
})

/** Nothing while the engine is being started again. */
async function engineView(engine: Pick<Engine, 'name' | 'status'>): Promise<{ engine?: Static<typeof EngineView> }> {
  try {
    const { earliest, catchingUp, peers, power } = await engine.status()
    return { engine: { name: engine.name, earliest, catchingUp, peers, ...(power === undefined ? {} : { power }) } }
  } catch (error) {
    if (error instanceof CommonrootError) return {}
    throw error
  }
}

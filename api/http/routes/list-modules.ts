import { Type } from 'typebox'
import type { StateView } from '../../../src/chain/index.ts'
import { decodeAs, type JsonValue, Name, toJson, Word } from '../../../src/codec/index.ts'
import { parameterKey, parameters } from '../../../src/governance/index.ts'
import type { AnyParameter, Module } from '../../../src/module/index.ts'
import type { LedgerNode } from '../../../src/node/index.ts'
import { answerJson, defineRoute, json } from '../route.ts'

const ModuleView = Type.Object({
  name: Name,
  version: Type.Integer(),
  summary: Type.String(),
  transactions: Type.Array(
    Type.Object({
      type: Name,
      form: Type.Unsafe<'single' | 'batch'>({
        ...Word('single', 'batch'),
        description: 'A batch has items; each is judged alone.',
      }),
      summary: Type.String(),
    }),
  ),
  parameters: Type.Array(
    Type.Object({
      name: Name,
      summary: Type.String(),
      value: Type.Unsafe<JsonValue>({
        description: 'The value in force. Bytes are hexadecimal, integers beyond 2^53 and times decimal strings.',
      }),
    }),
  ),
  events: Type.Array(Name),
  collections: Type.Array(Name),
})

export const listModules = defineRoute({
  method: 'GET',
  path: '/v1/modules',
  operation: 'listModules',
  group: 'ledger',
  summary: 'The modules of the protocol in force: what can be done, and by which parameters.',
  answers: { 200: json('The modules.', Type.Object({ modules: Type.Array(ModuleView) })) },
  refusals: [],
  answer: async ({ chain }: Pick<LedgerNode, 'chain'>) => {
    const { modules } = await chain.program()
    const view = await chain.view('head')
    try {
      const shown = await Promise.all(modules.map((module) => moduleView(view, module)))
      return answerJson(200, { modules: shown })
    } finally {
      await view.close()
    }
  },
})

async function moduleView(view: Pick<StateView, 'get'>, module: Module) {
  const { name, version, summary, transactions, events, collections } = module
  return {
    name,
    version,
    summary,
    transactions: Object.entries(transactions).map(([type, { form, summary }]) => ({ type, form, summary })),
    parameters: await Promise.all(module.parameters.map((parameter) => parameterView(view, parameter))),
    events: events.map((event) => event.name),
    collections: collections.map((collection) => collection.name),
  }
}

async function parameterView(view: Pick<StateView, 'get'>, parameter: AnyParameter) {
  const { module, name, summary, schema, initial } = parameter
  const stored = await view.get(parameters, parameterKey(module, name))
  const value: unknown = stored === undefined ? initial : decodeAs(schema, stored.value)
  return { name, summary, value: toJson(schema, value) }
}

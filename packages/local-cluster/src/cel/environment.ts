import { Environment } from '@marcbachmann/cel-js'
import { optionalEqual } from './equality.ts'
import { registerLists } from './list-functions.ts'
import { registerNetwork } from './network-functions.ts'
import { registerQuantities } from './quantity-functions.ts'
import { registerText } from './text-functions.ts'

function withKubernetesFunctions(environment: Environment): Environment {
  registerText(environment)
  registerLists(environment)
  registerQuantities(environment)
  registerNetwork(environment)
  return environment.registerOperator('optional<dyn> == optional<dyn>', optionalEqual)
}

let typed: Environment | undefined
let untyped: Environment | undefined

/** To check expressions against declared variables. */
export function checkingEnvironment(): Environment {
  typed ??= withKubernetesFunctions(new Environment({ enableOptionalTypes: true }))
  return typed.clone()
}

/** To evaluate expressions that were checked, over values of any type. */
export function evaluatingEnvironment(): Environment {
  untyped ??= withKubernetesFunctions(
    new Environment({ enableOptionalTypes: true, unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false }),
  )
  return untyped
}

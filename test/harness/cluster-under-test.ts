import type { EmulatorOptions } from '@kaito/azure-emulator'
import type { ContainerSimulation, LocalClusterOptions } from '@kaito/local-cluster'
import type { AzureAccess } from './controller-settings.ts'
import type { NodesChoice } from './nodes-choice.ts'

export interface TestBedOptions {
  /** Where nodes come from; by Machines from the gpu-provisioner by default. */
  nodes?: NodesChoice
  azure?: EmulatorOptions
  cluster?: Pick<LocalClusterOptions, 'kubelet'>
  /** Installs the NVIDIA device plugin; default true. */
  devicePlugin?: boolean
  /** Brings registries, training data and the programs that move them: containers have content then. Default false. */
  registry?: boolean
}

/** What a cluster needs to know of a test bed. */
export interface ClusterOptions extends TestBedOptions {
  folder: string
  simulation?: ContainerSimulation
}

export type Controller = 'workspace-controller' | 'gpu-provisioner'

/** How a controller is started as a process of this machine. */
export interface ControllerStart {
  script: string
  nodeFlags?: string[]
  args?: string[]
  env: Record<string, string>
}

/** A cluster with everything of the product but its controllers' processes. */
export interface ClusterUnderTest {
  url: string
  caPem: string
  token: string
  /** Text of a kubeconfig file. */
  kubeconfig: string
  /** Where nodes come from for controllers that are started from now on. */
  chooseNodes(nodes: NodesChoice): Promise<void>
  /** How its controllers are started, on this Azure. */
  controllers(azure: AzureAccess): Promise<Record<Controller, ControllerStart>>
  stop(): Promise<void>
}

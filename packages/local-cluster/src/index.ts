export type { ClusterAccess, KindRef, KubeObject, ObjectRef, Selectors, WatchEvent } from './cluster-access.ts'
export {
  type DockerConfig,
  type ImageSource,
  type PulledImage,
  SIMULATED_IMAGES,
} from './kubelet/images/image-source.ts'
export { type ContainerSimulation, startKubelet } from './kubelet/kubelet.ts'
export type { ChooseProgram, ProgramContext } from './kubelet/programs/program.ts'
export { connectByKubeconfig } from './kubelet/remote-access.ts'
export { createLocalCluster, type LocalCluster, type LocalClusterOptions, startLocalCluster } from './local-cluster.ts'
export { KUBELET_ADDRESS, PORT_MAP } from './simulation-annotations.ts'

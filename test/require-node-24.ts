const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  console.error(
    `This command needs Node 24, but runs on ${process.version}. Start it with "npx -y pnpm@12.21.0 <command>", which installs Node 24 for the project.`,
  )
  process.exit(1)
}

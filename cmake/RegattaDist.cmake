# Target `dist`: the sources of a release, regatta-VERSION.tar.gz in the build folder.
add_custom_target(dist COMMAND ${PROJECT_SOURCE_DIR}/scripts/dist.sh ${PROJECT_BINARY_DIR}
  VERBATIM USES_TERMINAL)

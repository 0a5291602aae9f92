# Installs the build to a folder of its own and uses it as a stranger would.
if(NOT TARGET regatta_cli)
  return()
endif()
add_test(NAME install_consumer COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/install_consumer.sh
  ${CMAKE_COMMAND} ${CMAKE_BINARY_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/consumer
  ${CMAKE_C_COMPILER} ${CMAKE_INSTALL_LIBDIR} ${PROJECT_VERSION} "${CMAKE_C_FLAGS}")
# The consumer is built as this is: a machine with ninja need not have make.
set_tests_properties(install_consumer PROPERTIES TIMEOUT ${REGATTA_TEST_SECONDS}
  ENVIRONMENT "CMAKE_GENERATOR=${CMAKE_GENERATOR}")

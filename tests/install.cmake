# Installs the build to a folder of its own and uses it as a stranger would.
if(NOT TARGET regatta_cli)
  return()
endif()
add_test(NAME install_consumer COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/install_consumer.sh
  ${CMAKE_COMMAND} ${CMAKE_BINARY_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/consumer
  ${CMAKE_C_COMPILER} ${CMAKE_INSTALL_LIBDIR} ${PROJECT_VERSION} "${CMAKE_C_FLAGS}")
# A project that has regatta as a part of its build; then the list of parts of this build.
add_test(NAME fetch_consumer COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/fetch_consumer.sh
  ${CMAKE_COMMAND} ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/consumer/fetch
  ${CMAKE_C_COMPILER} ${PROJECT_VERSION})
if(REGATTA_PYTHON)
  add_test(NAME sbom COMMAND ${REGATTA_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/check_sbom.py
    ${PROJECT_BINARY_DIR}/regatta.spdx.json)
endif()
if(TARGET regatta_cli_static)
  add_test(NAME static_command COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/static_command.sh
    ${CMAKE_READELF} $<TARGET_FILE:regatta_cli_static> $<TARGET_FILE:regatta_cli>)
  set_tests_properties(static_command PROPERTIES TIMEOUT ${REGATTA_TEST_SECONDS}
    ENVIRONMENT OMP_WAIT_POLICY=passive)
endif()
add_test(NAME debian_packages COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/debian_packages.sh
  ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/consumer)
set_tests_properties(fetch_consumer debian_packages PROPERTIES PROCESSORS 2
  TIMEOUT ${REGATTA_TEST_SECONDS} SKIP_RETURN_CODE 77
  ENVIRONMENT "CMAKE_GENERATOR=${CMAKE_GENERATOR}")
# The consumer is built as this is: a machine with ninja need not have make.
set_tests_properties(install_consumer PROPERTIES TIMEOUT ${REGATTA_TEST_SECONDS}
  ENVIRONMENT "CMAKE_GENERATOR=${CMAKE_GENERATOR}")

# Ranks over MPI: a library beside libregatta, and the command with it. MPI's own headers may
# not keep to our warnings.
add_library(regatta_mpi SHARED mpi/mpi_ranks.c)
add_library(regatta::regatta_mpi ALIAS regatta_mpi)
target_include_directories(regatta_mpi PUBLIC
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src/mpi>
  $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_libraries(regatta_mpi PRIVATE regatta_flags PUBLIC MPI::MPI_C)
set_target_properties(regatta_mpi PROPERTIES VERSION ${PROJECT_VERSION}
  SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})

add_executable(regatta_cli_mpi
  $<FILTER:$<TARGET_OBJECTS:rg_cli>,EXCLUDE,/cli/rank_group_one\\.c>
  mpi/rank_group_mpi.c mpi/mpi_ranks.c)
set_target_properties(regatta_cli_mpi PROPERTIES OUTPUT_NAME regatta-mpi
  RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
target_include_directories(regatta_cli_mpi PRIVATE ${PROJECT_SOURCE_DIR}/src
  ${PROJECT_SOURCE_DIR}/src/mpi)
target_link_libraries(regatta_cli_mpi PRIVATE regatta_flags regatta_objects
  PkgConfig::JANSSON MPI::MPI_C ${command_openmp})

if(REGATTA_INSTALL)
  install(TARGETS regatta_mpi EXPORT regatta-mpi-targets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(TARGETS regatta_cli_mpi RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  install(FILES mpi/regatta/mpi.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/regatta)
  install(EXPORT regatta-mpi-targets NAMESPACE regatta::
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/regatta)
endif()

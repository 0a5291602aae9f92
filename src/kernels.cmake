# Hot kernels (kernel_*.c of any room) are compiled once per vector unit, each time with
# another RG_ISA in the names of their functions; base/kernels/kernels.c chooses at run time.
set(kernel_isas baseline)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  list(APPEND kernel_isas v3 v4)
endif()
set(kernel_flags_v3 -march=x86-64-v3)
set(kernel_flags_v4 -march=x86-64-v4 -mprefer-vector-width=512)

file(GLOB_RECURSE kernel_sources CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/src/kernel_*.c)
if(kernel_sources)
  # A source's own options come last: regatta_flags says -ffp-contract=off.
  set_source_files_properties(${kernel_sources} PROPERTIES
    COMPILE_OPTIONS "-O3;-ffp-contract=fast")
  foreach(isa IN LISTS kernel_isas)
    add_library(rg_kernel_${isa} OBJECT ${kernel_sources})
    set_target_properties(rg_kernel_${isa} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    target_compile_definitions(rg_kernel_${isa} PRIVATE RG_ISA=${isa})
    target_include_directories(rg_kernel_${isa} PRIVATE ${PROJECT_SOURCE_DIR}/src
      ${PROJECT_SOURCE_DIR}/include ${PROJECT_BINARY_DIR}/include)
    target_link_libraries(rg_kernel_${isa} PRIVATE regatta_flags)
    target_compile_options(rg_kernel_${isa} PRIVATE ${kernel_flags_${isa}})
    list(APPEND regatta_objects $<TARGET_OBJECTS:rg_kernel_${isa}>)
  endforeach()
endif()

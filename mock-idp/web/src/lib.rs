//! Mock identity providers over HTTP.

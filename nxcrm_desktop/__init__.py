"""nxcrm: the offline-first CRM of a used-car sales and finance company. This package is the core and knows no Qt."""

__version__ = "0.1.0"

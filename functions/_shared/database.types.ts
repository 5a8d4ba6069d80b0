export type Json =
  | string
  | number
  | boolean
  | null
  | { [key: string]: Json | undefined }
  | Json[]

export type Database = {
  automotive: {
    Tables: {
      repair_orders: {
        Row: {
          completed_at: string | null
          created_at: string
          description: string
          id: string
          items: NonNullable<Json>
          promised_at: string | null
          status: string
          technician_id: string | null
          tenant_id: string
          total_amount: number
          updated_at: string
          vehicle_id: string
        }
        Insert: {
          completed_at?: string | null
          created_at?: string
          description: string
          id?: string
          items?: NonNullable<Json>
          promised_at?: string | null
          status?: string
          technician_id?: string | null
          tenant_id: string
          total_amount?: number
          updated_at?: string
          vehicle_id: string
        }
        Update: {
          completed_at?: string | null
          created_at?: string
          description?: string
          id?: string
          items?: NonNullable<Json>
          promised_at?: string | null
          status?: string
          technician_id?: string | null
          tenant_id?: string
          total_amount?: number
          updated_at?: string
          vehicle_id?: string
        }
        Relationships: [
          {
            foreignKeyName: "repair_orders_tenant_id_vehicle_id_fkey"
            columns: ["tenant_id", "vehicle_id"]
            isOneToOne: false
            referencedRelation: "vehicles"
            referencedColumns: ["tenant_id", "id"]
          },
        ]
      }
      vehicles: {
        Row: {
          created_at: string
          customer_id: string
          id: string
          license_plate: string | null
          make: string
          metadata: NonNullable<Json>
          mileage: number | null
          model: string
          model_year: number | null
          tenant_id: string
          updated_at: string
          vin: string | null
        }
        Insert: {
          created_at?: string
          customer_id: string
          id?: string
          license_plate?: string | null
          make: string
          metadata?: NonNullable<Json>
          mileage?: number | null
          model: string
          model_year?: number | null
          tenant_id: string
          updated_at?: string
          vin?: string | null
        }
        Update: {
          created_at?: string
          customer_id?: string
          id?: string
          license_plate?: string | null
          make?: string
          metadata?: NonNullable<Json>
          mileage?: number | null
          model?: string
          model_year?: number | null
          tenant_id?: string
          updated_at?: string
          vin?: string | null
        }
        Relationships: []
      }
    }
    Views: {
      [_ in never]: never
    }
    Functions: {
      [_ in never]: never
    }
    Enums: {
      [_ in never]: never
    }
    CompositeTypes: {
      [_ in never]: never
    }
  }
  home_services: {
    Tables: {
      work_orders: {
        Row: {
          completed_at: string | null
          created_at: string
          customer_id: string
          id: string
          metadata: NonNullable<Json>
          notes: string | null
          scheduled_at: string | null
          service_type: string
          status: string
          technician_id: string | null
          tenant_id: string
          updated_at: string
        }
        Insert: {
          completed_at?: string | null
          created_at?: string
          customer_id: string
          id?: string
          metadata?: NonNullable<Json>
          notes?: string | null
          scheduled_at?: string | null
          service_type: string
          status?: string
          technician_id?: string | null
          tenant_id: string
          updated_at?: string
        }
        Update: {
          completed_at?: string | null
          created_at?: string
          customer_id?: string
          id?: string
          metadata?: NonNullable<Json>
          notes?: string | null
          scheduled_at?: string | null
          service_type?: string
          status?: string
          technician_id?: string | null
          tenant_id?: string
          updated_at?: string
        }
        Relationships: []
      }
    }
    Views: {
      [_ in never]: never
    }
    Functions: {
      [_ in never]: never
    }
    Enums: {
      [_ in never]: never
    }
    CompositeTypes: {
      [_ in never]: never
    }
  }
  public: {
    Tables: {
      [_ in never]: never
    }
    Views: {
      [_ in never]: never
    }
    Functions: {
      [_ in never]: never
    }
    Enums: {
      [_ in never]: never
    }
    CompositeTypes: {
      [_ in never]: never
    }
  }
  restaurants: {
    Tables: {
      orders: {
        Row: {
          created_at: string
          customer_id: string | null
          id: string
          items: NonNullable<Json>
          payment_method: string | null
          status: string
          table_number: number | null
          tax_amount: number
          tenant_id: string
          tip_amount: number
          total_amount: number
          updated_at: string
        }
        Insert: {
          created_at?: string
          customer_id?: string | null
          id?: string
          items?: NonNullable<Json>
          payment_method?: string | null
          status?: string
          table_number?: number | null
          tax_amount?: number
          tenant_id: string
          tip_amount?: number
          total_amount?: number
          updated_at?: string
        }
        Update: {
          created_at?: string
          customer_id?: string | null
          id?: string
          items?: NonNullable<Json>
          payment_method?: string | null
          status?: string
          table_number?: number | null
          tax_amount?: number
          tenant_id?: string
          tip_amount?: number
          total_amount?: number
          updated_at?: string
        }
        Relationships: []
      }
    }
    Views: {
      [_ in never]: never
    }
    Functions: {
      [_ in never]: never
    }
    Enums: {
      [_ in never]: never
    }
    CompositeTypes: {
      [_ in never]: never
    }
  }
  retail: {
    Tables: {
      orders: {
        Row: {
          created_at: string
          customer_id: string | null
          id: string
          items: NonNullable<Json>
          payment_method: string | null
          status: string
          tax_amount: number
          tenant_id: string
          total_amount: number
          updated_at: string
        }
        Insert: {
          created_at?: string
          customer_id?: string | null
          id?: string
          items?: NonNullable<Json>
          payment_method?: string | null
          status?: string
          tax_amount?: number
          tenant_id: string
          total_amount?: number
          updated_at?: string
        }
        Update: {
          created_at?: string
          customer_id?: string | null
          id?: string
          items?: NonNullable<Json>
          payment_method?: string | null
          status?: string
          tax_amount?: number
          tenant_id?: string
          total_amount?: number
          updated_at?: string
        }
        Relationships: []
      }
      products: {
        Row: {
          created_at: string
          description: string | null
          id: string
          is_active: boolean
          metadata: NonNullable<Json>
          name: string
          price: number
          sku: string
          stock_quantity: number
          tenant_id: string
          updated_at: string
        }
        Insert: {
          created_at?: string
          description?: string | null
          id?: string
          is_active?: boolean
          metadata?: NonNullable<Json>
          name: string
          price: number
          sku: string
          stock_quantity?: number
          tenant_id: string
          updated_at?: string
        }
        Update: {
          created_at?: string
          description?: string | null
          id?: string
          is_active?: boolean
          metadata?: NonNullable<Json>
          name?: string
          price?: number
          sku?: string
          stock_quantity?: number
          tenant_id?: string
          updated_at?: string
        }
        Relationships: []
      }
    }
    Views: {
      [_ in never]: never
    }
    Functions: {
      [_ in never]: never
    }
    Enums: {
      [_ in never]: never
    }
    CompositeTypes: {
      [_ in never]: never
    }
  }
  shared: {
    Tables: {
      customers: {
        Row: {
          address: Json | null
          created_at: string
          email: string | null
          first_name: string
          id: string
          last_name: string
          phone: string | null
          pii_restricted: boolean
          preferences: NonNullable<Json>
          tags: string[]
          tenant_id: string
          updated_at: string
        }
        Insert: {
          address?: Json | null
          created_at?: string
          email?: string | null
          first_name: string
          id?: string
          last_name: string
          phone?: string | null
          pii_restricted?: boolean
          preferences?: NonNullable<Json>
          tags?: string[]
          tenant_id: string
          updated_at?: string
        }
        Update: {
          address?: Json | null
          created_at?: string
          email?: string | null
          first_name?: string
          id?: string
          last_name?: string
          phone?: string | null
          pii_restricted?: boolean
          preferences?: NonNullable<Json>
          tags?: string[]
          tenant_id?: string
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: "customers_tenant_id_fkey"
            columns: ["tenant_id"]
            isOneToOne: false
            referencedRelation: "tenants"
            referencedColumns: ["id"]
          },
        ]
      }
      metrics: {
        Row: {
          dimensions: NonNullable<Json>
          id: string
          metric_name: string
          metric_value: number
          tenant_id: string
          timestamp: string
        }
        Insert: {
          dimensions?: NonNullable<Json>
          id?: string
          metric_name: string
          metric_value: number
          tenant_id: string
          timestamp?: string
        }
        Update: {
          dimensions?: NonNullable<Json>
          id?: string
          metric_name?: string
          metric_value?: number
          tenant_id?: string
          timestamp?: string
        }
        Relationships: [
          {
            foreignKeyName: "metrics_tenant_id_fkey"
            columns: ["tenant_id"]
            isOneToOne: false
            referencedRelation: "tenants"
            referencedColumns: ["id"]
          },
        ]
      }
      presence: {
        Row: {
          channel: string
          id: string
          last_seen: string
          metadata: NonNullable<Json>
          status: string
          tenant_id: string
          user_id: string
        }
        Insert: {
          channel: string
          id?: string
          last_seen?: string
          metadata?: NonNullable<Json>
          status?: string
          tenant_id: string
          user_id: string
        }
        Update: {
          channel?: string
          id?: string
          last_seen?: string
          metadata?: NonNullable<Json>
          status?: string
          tenant_id?: string
          user_id?: string
        }
        Relationships: [
          {
            foreignKeyName: "presence_tenant_id_fkey"
            columns: ["tenant_id"]
            isOneToOne: false
            referencedRelation: "tenants"
            referencedColumns: ["id"]
          },
          {
            foreignKeyName: "presence_tenant_id_user_id_fkey"
            columns: ["tenant_id", "user_id"]
            isOneToOne: false
            referencedRelation: "users"
            referencedColumns: ["tenant_id", "id"]
          },
        ]
      }
      recovery_checkpoints: {
        Row: {
          created_at: string
          created_by: string
          description: string | null
          id: string
          name: string
          wal_position: unknown
        }
        Insert: {
          created_at?: string
          created_by?: string
          description?: string | null
          id?: string
          name: string
          wal_position?: unknown
        }
        Update: {
          created_at?: string
          created_by?: string
          description?: string | null
          id?: string
          name?: string
          wal_position?: unknown
        }
        Relationships: []
      }
      tenants: {
        Row: {
          business_closes_at: string
          business_opens_at: string
          created_at: string
          id: string
          industry: string
          name: string
          settings: NonNullable<Json>
          subdomain: string
          time_zone: string
          updated_at: string
        }
        Insert: {
          business_closes_at?: string
          business_opens_at?: string
          created_at?: string
          id?: string
          industry: string
          name: string
          settings?: NonNullable<Json>
          subdomain: string
          time_zone?: string
          updated_at?: string
        }
        Update: {
          business_closes_at?: string
          business_opens_at?: string
          created_at?: string
          id?: string
          industry?: string
          name?: string
          settings?: NonNullable<Json>
          subdomain?: string
          time_zone?: string
          updated_at?: string
        }
        Relationships: []
      }
      users: {
        Row: {
          avatar_url: string | null
          created_at: string
          disabled_at: string | null
          email: string
          first_name: string | null
          id: string
          last_login_at: string | null
          last_name: string | null
          phone: string | null
          role: string
          settings: NonNullable<Json>
          tenant_id: string
          updated_at: string
        }
        Insert: {
          avatar_url?: string | null
          created_at?: string
          disabled_at?: string | null
          email: string
          first_name?: string | null
          id: string
          last_login_at?: string | null
          last_name?: string | null
          phone?: string | null
          role?: string
          settings?: NonNullable<Json>
          tenant_id: string
          updated_at?: string
        }
        Update: {
          avatar_url?: string | null
          created_at?: string
          disabled_at?: string | null
          email?: string
          first_name?: string | null
          id?: string
          last_login_at?: string | null
          last_name?: string | null
          phone?: string | null
          role?: string
          settings?: NonNullable<Json>
          tenant_id?: string
          updated_at?: string
        }
        Relationships: [
          {
            foreignKeyName: "users_tenant_id_fkey"
            columns: ["tenant_id"]
            isOneToOne: false
            referencedRelation: "tenants"
            referencedColumns: ["id"]
          },
        ]
      }
    }
    Views: {
      audit_trail: {
        Row: {
          actor_id: string | null
          actor_role: string | null
          id: string | null
          new_values: Json | null
          occurred_at: string | null
          old_values: Json | null
          operation: string | null
          row_id: string | null
          table_name: string | null
          table_schema: string | null
          tenant_id: string | null
        }
        Insert: {
          actor_id?: string | null
          actor_role?: string | null
          id?: string | null
          new_values?: Json | null
          occurred_at?: string | null
          old_values?: Json | null
          operation?: string | null
          row_id?: string | null
          table_name?: string | null
          table_schema?: string | null
          tenant_id?: string | null
        }
        Update: {
          actor_id?: string | null
          actor_role?: string | null
          id?: string | null
          new_values?: Json | null
          occurred_at?: string | null
          old_values?: Json | null
          operation?: string | null
          row_id?: string | null
          table_name?: string | null
          table_schema?: string | null
          tenant_id?: string | null
        }
        Relationships: []
      }
    }
    Functions: {
      search_customers: {
        Args: { maximum?: number; search: string }
        Returns: {
          address: Json | null
          created_at: string
          email: string | null
          first_name: string
          id: string
          last_name: string
          phone: string | null
          pii_restricted: boolean
          preferences: NonNullable<Json>
          tags: string[]
          tenant_id: string
          updated_at: string
        }[]
        SetofOptions: {
          from: "*"
          to: "customers"
          isOneToOne: false
          isSetofReturn: true
        }
      }
    }
    Enums: {
      [_ in never]: never
    }
    CompositeTypes: {
      [_ in never]: never
    }
  }
}

type DatabaseWithoutInternals = Omit<Database, "__InternalSupabase">

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "public">]

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals
}
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])[TableName] extends {
      Row: infer R
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] &
        DefaultSchema["Views"])
    ? (DefaultSchema["Tables"] &
        DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
        Row: infer R
      }
      ? R
      : never
    : never

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals
}
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Insert: infer I
    }
    ? I
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
        Insert: infer I
      }
      ? I
      : never
    : never

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends (DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never) = never,
> = DefaultSchemaTableNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals
}
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Update: infer U
    }
    ? U
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
        Update: infer U
      }
      ? U
      : never
    : never

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends (DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never) = never,
> = DefaultSchemaEnumNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals
}
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
    ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
    : never

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends (PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never) = never,
> = PublicCompositeTypeNameOrOptions extends {
  schema: keyof DatabaseWithoutInternals
}
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
    ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
    : never

export const Constants = {
  automotive: {
    Enums: {},
  },
  home_services: {
    Enums: {},
  },
  public: {
    Enums: {},
  },
  restaurants: {
    Enums: {},
  },
  retail: {
    Enums: {},
  },
  shared: {
    Enums: {},
  },
} as const

